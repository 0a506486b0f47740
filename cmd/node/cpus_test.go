package node

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCPUQuota(t *testing.T) {
	cases := []struct {
		name  string
		files map[string]string
		cpus  float64
		ok    bool
	}{
		{"nothing", nil, 0, false},
		{"version 2", map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "sys/fs/cgroup/a/cpu.max": "250000 100000\n"}, 2.5, true},
		{"the smallest counts", map[string]string{"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max": "150000 100000\n", "sys/fs/cgroup/a/cpu.max": "400000 100000\n"}, 1.5, true},
		{"no limit", map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, 0, false},
		{"version 1", map[string]string{"proc/self/cgroup": "3:cpu,cpuacct:/x\n2:cpuset:/y\n", "sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "300000\n", "sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000\n"}, 3, true},
		{"version 1 without limit", map[string]string{"proc/self/cgroup": "3:cpu:/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, 0, false},
		{"nonsense", map[string]string{"proc/self/cgroup": "x\n0::/\n", "sys/fs/cgroup/cpu.max": "many 5\n"}, 0, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range c.files {
				path := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			cpus, ok := cpuQuota(root)
			if cpus != c.cpus || ok != c.ok {
				t.Errorf("%v, %v; want %v, %v", cpus, ok, c.cpus, c.ok)
			}
			if n := usableCPUs(root); n < 1 || c.ok && n > max(int(c.cpus), 1) {
				t.Errorf("%d usable", n)
			}
		})
	}
}
