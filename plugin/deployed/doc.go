// Package deployed says what a project wants of a swarm, beside desired, which says what it
// wants of one engine: services and networks over nodes, as the manager takes them, in the
// planner's terms. It is pure.
//
// What becomes of each key of the files is decided in convert, once for this and for files
// for docker stack deploy; here what convert says is written for the manager.
package deployed
