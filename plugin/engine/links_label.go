package engine

// labelLink marks a network that joins two containers by hand: link add and
// link run.
const labelLink = "io.stack-lite.link"
