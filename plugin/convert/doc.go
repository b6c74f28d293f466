// Package convert writes a project as a file for a tool that knows no links as a
// boundary, with the networks that the links become declared in it: ToSpec a project of
// Fig or docker-compose 1.x, and Separated one of today, for docker compose; ToStack both
// for docker stack deploy. It is pure.
//
// Nothing that files say is dropped in silence: stackKeys says of each key of both formats
// what becomes of it in a stack.
package convert
