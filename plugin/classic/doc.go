// Package classic is what it takes to be called as fig or docker-compose: where
// their flags stood, their exit codes, words and tables.
package classic
