// Package schedulingtest helps to test what works with negotiations: talks to
// begin with, a store in memory, and the suite that every store passes.
package schedulingtest
