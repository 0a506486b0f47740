package set_test

import (
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/set"
	"hashlane/engine/str"
)

func fresh(t testing.TB) *enginetest.Harness {
	return enginetest.New(t, []engine.Type{str.Type{}, set.Type{}}, str.Commands(), set.Commands()).Multi(2, 5)
}

func TestTranscripts(t *testing.T) { enginetest.Transcripts(t, "testdata", fresh) }

func TestTranscriptsRedis(t *testing.T) { enginetest.TranscriptsRedis(t, "testdata") }
