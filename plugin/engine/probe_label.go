package engine

// labelProber marks the containers and the image that Probe makes for a moment.
const labelProber = "io.stack-lite.prober"
