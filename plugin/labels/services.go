package labels

// The labels of services of a swarm, beside ProjectOf, Fingerprint, After and Version.
// Containers of their tasks have none of them.
const (
	ServiceOf = "io.stack-lite.service"  // the name of a service in the files
	DirOf     = "io.stack-lite.dir"      // as WorkingDir is of a container
	FilesOf   = "io.stack-lite.files"    // as Files is
	OneOffOf  = "io.stack-lite.oneoff"   // True of what run made
	Asked     = "io.stack-lite.asked"    // what a command asked for beside the files, a list
	Held      = "io.stack-lite.replicas" // of one that was stopped: how many replicas it is to have again
)
