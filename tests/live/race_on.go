//go:build race

package live

// raceBuild has the server built with the race detector when the test is.
const raceBuild = true
