// Package classic is what it takes to be called as fig or docker-compose: where
// their flags stood, their exit codes, words and tables.
//
// What they said of a mistake follows from the kind that an error has and from
// what it is about, never from our own words for it. Where docker-compose 1.29
// had none, ours stand.
package classic
