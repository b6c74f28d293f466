// Package swarm is the manager of a swarm in memory: its nodes, services, tasks,
// secrets and configs, and the calls of the Engine API about them. What runs the tasks
// of a node is an [Engine], and the [Networks] are held elsewhere too.
//
// No time passes: a service has its tasks on nodes, and they run or have failed, when
// the call that made it is answered; an update has replaced all tasks that it can
// replace. The one exception is the pause before a task that has ended is started
// again, which [Swarm.EndPauses] ends. Tasks of nodes that are gone, or that a node
// must give up, are started elsewhere without one.
//
// One lock guards all, that of the engines: what is exported expects it to be held.
//
// Not modelled: several managers that agree, joining by token, preferences of
// placement, plugins, volumes of the cluster, rotation of certificates.
package swarm
