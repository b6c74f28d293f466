package labels_test

import (
	"maps"
	"testing"

	"github.com/stack-lite/stack-lite/plugin/labels"
)

// replica are labels of a replica, with others in their place or beside them.
func replica(others ...string) map[string]string {
	of := map[string]string{
		labels.Project: "demo", labels.Service: "web", labels.Number: "1", labels.OneOff: "False", labels.Fingerprint: "1 image=aabb",
	}
	for i := 0; i < len(others); i += 2 {
		of[others[i]] = others[i+1]
	}
	return of
}

// byCompose are labels of a replica that docker-compose of a version made.
func byCompose(version string, others ...string) map[string]string {
	return replica(append([]string{labels.Fingerprint, "", labels.ComposeVersion, version, labels.WorkingDir, "/src", "com.docker.compose.config-hash", "f00"}, others...)...)
}

// oneOff are labels of a one-off container.
func oneOff(others ...string) map[string]string {
	return replica(append([]string{labels.OneOff, "True", labels.Number, ""}, others...)...)
}

func TestAContainerIsTheOneOfItsLabelsByItsName(t *testing.T) {
	made := func(name string) map[string]string { return replica(labels.Container, name) }
	for _, c := range []struct {
		what, name string
		of         map[string]string
		want       labels.Identity
	}{
		{"without labels", "demo_web_1", nil, labels.Foreign},
		{"of docker-compose", "demo_web_1", replica(labels.Fingerprint, ""), labels.Foreign},
		{"one of no project", "other", labels.Blank(), labels.Foreign},
		{"of docker-compose 1.29", "demo_web_1", byCompose("1.29.2"), labels.Itself},
		{"of docker-compose 1.3", "demo_web_1", byCompose("1.3.0"), labels.Itself},
		{"of docker compose", "demo_web_1", byCompose("2.20.0"), labels.Foreign},
		{"of docker-compose, which failed to replace it", "0123456789ab_demo_web_1", byCompose("1.29.2"), labels.Itself},
		{"that looks like one", "ba9876543210_demo_web_1", byCompose("1.29.2"), labels.Unsure},
		{"of docker-compose, under a name of the file", "the-web", byCompose("1.29.2"), labels.Unsure},
		{"of docker-compose, under another number", "demo_web_2", byCompose("1.29.2"), labels.Unsure},
		{"of docker-compose, one-off", "demo_web_run_0123456789ab", byCompose("1.29.2", labels.OneOff, "True", labels.Number, "1"), labels.Itself},
		{"of docker-compose 1.22, one-off", "demo_web_run_2", byCompose("1.22.0", labels.OneOff, "True", labels.Number, "2"), labels.Itself},

		{"under its name", "demo_web_1", made("demo_web_1"), labels.Itself},
		{"under a name of the file", "the-web", made("the-web"), labels.Itself},
		{"whose predecessor is not gone yet", "demo_web_1.new", made("demo_web_1"), labels.Itself},
		{"of an image that was committed from it", "demo_web_1", made("demo_web_1 again"), labels.Itself},
		{"the same before it has its name", "demo_web_1.new", made("demo_web_1 again"), labels.Itself},
		{"under another name", "other", made("demo_web_1"), labels.Unsure},
		{"under a default name that is another's", "demo_web_2", made("demo_web_1"), labels.Unsure},
		{"that got its default name later", "demo_web_1", made("the-web"), labels.Unsure},
		{"under the beginning of its name", "demo_web", made("demo_web_1"), labels.Unsure},
		{"one-off, under its name", "demo_web_run_f00", oneOff(labels.Container, "demo_web_run_f00"), labels.Itself},
		{"one-off, under another default name", "demo_web_run_f01", oneOff(labels.Container, "demo_web_run_f00"), labels.Unsure},

		{"of an earlier version", "demo_web_1", replica(), labels.Itself},
		{"of an earlier version, with a predecessor", "demo_web_1.new", replica(), labels.Itself},
		{"of an earlier version, of another number", "demo_web_2", replica(), labels.Unsure},
		{"of an earlier version, of another project", "shop_web_1", replica(), labels.Unsure},
		{"of an earlier version, under a name of the file", "the-web", replica(), labels.Unsure},
		{"of a project whose name begins with a dash", "demo_web_1", replica(labels.Project, "-demo"), labels.Itself},
		{"one-off of an earlier version", "demo_web_run_0a9f", oneOff(), labels.Itself},
		{"one-off of an earlier version, with a name", "migration", oneOff(), labels.Unsure},
		{"one-off of an earlier version, like a replica", "demo_web_1", oneOff(), labels.Unsure},
		{"one-off of an earlier version, without an end", "demo_web_run_", oneOff(), labels.Unsure},
		{"replica of an earlier version, like a one-off one", "demo_web_run_0a9f", replica(), labels.Unsure},
	} {
		if got := labels.IdentityOf("0123456789abcdef", c.name, c.of); got != c.want {
			t.Errorf("a container %s, %s: got %d, want %d", c.what, c.name, got, c.want)
		}
	}
}

func TestAnUnsureContainerIsACopyWhereItsImageHasItsLabels(t *testing.T) {
	made := replica(labels.Container, "demo_web_1")
	for _, c := range []struct {
		what      string
		of, image map[string]string
		copied    bool
	}{
		{"an image without labels", made, nil, false},
		{"an image that was committed from it", made, maps.Clone(made), true},
		{"an image that was committed from another", made, replica(labels.Container, "demo_db_1"), false},
		{"an image that was committed from its predecessor", replica(labels.Container, labels.ContainerText("demo_web_1", made)), made, false},
		{"an image of an earlier version's container", made, replica(), false},
		{"a copy of an earlier version's container", replica(), replica(), true},
		{"an earlier version's container that was renamed", replica(), map[string]string{"team": "a"}, false},
		{"an earlier version's container of a committed image", replica(labels.Container, "demo_db_1"),
			replica(labels.Container, "demo_db_1", labels.Fingerprint, "1 image=ccdd"), false},
		{"docker-compose's container of an image without labels", byCompose("1.29.2"), nil, false},
		{"a copy of docker-compose's container", byCompose("1.29.2"), byCompose("1.29.2"), true},
		{"docker-compose's container of a committed image", byCompose("1.29.2"), byCompose("1.29.2", "com.docker.compose.config-hash", "bad"), false},
		{"docker-compose's container of another's image", byCompose("1.29.2"), byCompose("1.29.2", labels.Service, "db"), false},
	} {
		if got := labels.Copied(c.of, c.image); got != c.copied {
			t.Errorf("%s: copied %v", c.what, got)
		}
	}
}

// TestAContainerDiffersFromItsImage commits a container, makes it anew from that
// image, and so on.
func TestAContainerDiffersFromItsImage(t *testing.T) {
	image := map[string]string{}
	for range 4 {
		made := replica(labels.Container, labels.ContainerText("the-web", image))
		if labels.IdentityOf("0123456789abcdef", "the-web", made) != labels.Itself || labels.Copied(made, image) || !labels.Copied(made, made) {
			t.Fatalf("made %v of %v", made, image)
		}
		image = made
	}
}
