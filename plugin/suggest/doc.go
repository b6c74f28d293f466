// Package suggest finds out which services talk to which, and what links they need. It is
// pure: it is given a project, the texts of files that its services mount, and what
// watchers saw, and reads nothing itself.
//
// # What a file says
//
// FromProject looks for the names of services in what a service is given: its
// environment, command, entrypoint, health check, labels and mounted files. It goes by
// where a name stands:
//
//	sure     in a URL, as NAME:PORT, as DB_HOST beside DB_PORT or in a variable of old
//	         links, with a port that the service exposes, publishes, or that its image
//	         is known for
//	likely   the same with another port or none; alone in a variable, a flag or a
//	         setting whose name is that of a host: DB_HOST=db, --host=db, -h db; in
//	         depends_on, unless it has to have ended by then; as the host that an image
//	         asks for by itself; in labels for a traefik
//	maybe    alone in another variable, or as a word of a command; in depends_on of one
//	         that shares no network with it
//
// A name that is a part of a longer word, of a path or of a host of the world is no
// mention (web in webpack, db in /var/lib/db, mydb.example.com), nor is one in a
// variable that holds a name of something else (MYSQL_DATABASE=db) or who may come
// (ALLOWED_HOSTS=web). Common words, such as web and app, are none unless they stand where
// a host does. Files have their evidence only where a host stands.
//
// testdata/real has how much of fifteen real stacks is found so, and how much of it is
// right: of what is likely nine of ten.
//
// All that is a hint: a name may be in a file that is built into the image, and what is
// named need not be talked to.
//
// # What is seen
//
// Traffic gathers what watchers saw in the networks of containers, and knows which
// address is whose. What was answered is sure; what was only tried is a maybe, for it may be
// somebody who looks around. Who asked for the name of another and did not reach it is
// likely to need it: where links keep services apart that is all there is to see.
//
// # What comes of it
//
// Links puts both beside the links that the files have, and Override writes those that
// they lack. Tighten goes further for files of today: it takes services off the networks
// that they share with others than those they talk to, and puts them on new ones.
package suggest
