// Package convert writes a project of Fig or docker-compose 1.x as a file of today, in
// which the networks that its links become are declared: docker compose keeps services
// apart then as this tool does. It is pure.
package convert
