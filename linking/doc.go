// Package linking turns the links of a project into networks.
package linking
