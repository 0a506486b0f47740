package builtin_test

import (
	"testing"

	"hashlane/engine/builtin"
	"hashlane/engine/enginetest"
)

// The transcripts of SORT need all types that can be sorted.
const sortingDir = "../sorting/testdata"

func TestSorting(t *testing.T) {
	enginetest.Transcripts(t, sortingDir, func(t testing.TB) *enginetest.Harness {
		return enginetest.New(t, typeList(), builtin.Commands()...).Multi(2, 5)
	})
}

func TestSortingRedis(t *testing.T) { enginetest.TranscriptsRedis(t, sortingDir) }
