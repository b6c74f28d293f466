package image

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/stack-lite/stack-lite/plugin/desired"
	"github.com/stack-lite/stack-lite/plugin/image/dockerfile"
)

// kitStepLine is how BuildKit names a step: "[2/4] RUN true", with the
// stage before the numbers where there are several.
var kitStepLine = regexp.MustCompile(`^\[(?:(\S+) )?\s*(\d+)/(\d+)\]\s+(.*)$`)

// What the builders say about the same mistake, in words of their own.
var (
	exitCode = regexp.MustCompile(`(?:exit code: (\d+)|returned a non-zero code: (\d+))`)
	noFile   = regexp.MustCompile(`(?:"([^"]+)": not found|"([^"]+)" not found|stat ([^:]+): file does not exist|lstat ([^:]+): no such file or directory)`)
	badLine  = regexp.MustCompile(`(?i)parse error (?:on )?line (\d+): (.*)$`)
	noImage  = regexp.MustCompile(`(?:pull access denied for ([^,]+), repository does not exist)`)
)

// builderError makes one error of what any of the builders says. Step is where
// it says that it was, empty if it does not.
func builderError(spec desired.BuildSpec, file *dockerfile.File, step, text string) error {
	e := &BuildError{Service: spec.Service, Msg: trimPrefixes(text), said: strings.TrimSpace(text)}
	if spec.Local() {
		e.File = spec.DockerfileName()
	}
	if at, ok := findStep(file, step); ok {
		e.Line, e.Step = at.Line, oneLine(at.Text)
	} else if m := kitStepLine.FindStringSubmatch(step); m != nil {
		e.Step = oneLine(m[4])
	}
	switch {
	case exitCode.MatchString(text):
		e.Msg = "exit code " + firstGroup(exitCode.FindStringSubmatch(text))
	case badLine.MatchString(text):
		m := badLine.FindStringSubmatch(text)
		e.Line, _ = strconv.Atoi(m[1])
		e.Msg = m[2]
	case noFile.MatchString(text) && isCopy(e.Step):
		e.Msg = strings.TrimPrefix(firstGroup(noFile.FindStringSubmatch(text)), "/") +
			" is not in the build directory, or .dockerignore leaves it out"
	case noImage.MatchString(text):
		e.Msg = "no image " + noImage.FindStringSubmatch(text)[1] + ", or it needs a login"
	}
	return e
}

func isCopy(step string) bool {
	word, _, _ := strings.Cut(strings.ToUpper(step), " ")
	return word == "COPY" || word == "ADD"
}

func firstGroup(m []string) string {
	for _, g := range m[1:] {
		if g != "" {
			return g
		}
	}
	return ""
}

// trimPrefixes removes what BuildKit puts before an error to say which of its
// parts passed it on.
func trimPrefixes(text string) string {
	text = strings.TrimSpace(text)
	for _, prefix := range [...]string{
		"failed to solve: ", "failed to solve with frontend dockerfile.v0: ", "rpc error: code = Unknown desc = ",
		"failed to create LLB definition: ", "failed to build LLB: ", "failed to compute cache key: ", "dockerfile parse error: ",
	} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}

// findStep looks a builder's step up in the Dockerfile: "[2/4] RUN true" of
// BuildKit or "Step 2/4 : RUN true" of the classic builder.
func findStep(file *dockerfile.File, step string) (dockerfile.Step, bool) {
	if file == nil {
		return dockerfile.Step{}, false
	}
	if n, _, _, ok := classicStep(step); ok {
		return file.Nth(n)
	}
	m := kitStepLine.FindStringSubmatch(step)
	if m == nil {
		return dockerfile.Step{}, false
	}
	n, _ := strconv.Atoi(m[2])
	total, _ := strconv.Atoi(m[3])
	at, ok := file.Layer(m[1], n, total)
	keyword, _, _ := strings.Cut(m[4], " ")
	return at, ok && strings.EqualFold(keyword, at.Keyword)
}

// classicStepLine is how the classic builder announces a step.
var classicStepLine = regexp.MustCompile(`^Step (\d+)/(\d+) : (.*)$`)

// classicStep reads "Step 2/4 : RUN true".
func classicStep(line string) (n, total int, text string, ok bool) {
	m := classicStepLine.FindStringSubmatch(line)
	if m == nil {
		return 0, 0, "", false
	}
	n, _ = strconv.Atoi(m[1])
	total, _ = strconv.Atoi(m[2])
	return n, total, m[3], true
}
