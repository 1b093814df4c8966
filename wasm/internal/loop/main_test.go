package loop_test

import (
	"testing"

	"capsule/wasm/internal/loop/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
