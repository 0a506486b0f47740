package list_test

import (
	"testing"

	"hashlane/engine"
	"hashlane/engine/enginetest"
	"hashlane/engine/list"
	"hashlane/engine/str"
)

func fresh(t testing.TB) *enginetest.Harness {
	return enginetest.New(t, []engine.Type{str.Type{}, list.Type{}}, str.Commands(), list.Commands()).Multi(2, 5)
}

func TestTranscripts(t *testing.T) { enginetest.Transcripts(t, "testdata", fresh) }

func TestTranscriptsRedis(t *testing.T) { enginetest.TranscriptsRedis(t, "testdata") }
