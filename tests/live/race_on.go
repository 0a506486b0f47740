//go:build race

package live

// RaceBuild has the server built with the race detector when the test is.
const RaceBuild = true
