package node

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// usableCPUs is the number of CPUs that the process may use: those of its affinity mask, or fewer when a
// cgroup's quota gives less; at least 1. root is "/" (a test has its own).
func usableCPUs(root string) int {
	n := 1
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) == nil {
		n = max(set.Count(), 1)
	}
	if q, ok := cpuQuota(root); ok {
		n = min(n, max(int(q), 1))
	}
	return n
}

// cpuQuota is the smallest CPU quota of the process's cgroup and those above it, in CPUs (version 2, or the
// cpu controller of version 1).
func cpuQuota(root string) (cpus float64, ok bool) {
	text, err := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	if err != nil {
		return 0, false
	}
	least := func(q float64, found bool) {
		if found && (!ok || q < cpus) {
			cpus, ok = q, true
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		parts := strings.SplitN(line, ":", 3)
		if len(parts) != 3 {
			continue
		}
		isV1 := parts[0] != "0"
		if isV1 && !strings.Contains(","+parts[1]+",", ",cpu,") {
			continue
		}
		for dir := parts[2]; ; dir = filepath.Dir(dir) {
			if isV1 {
				least(quotaV1(filepath.Join(root, "sys/fs/cgroup/cpu", dir)))
			} else {
				least(quotaV2(filepath.Join(root, "sys/fs/cgroup", dir)))
			}
			if dir == "/" || dir == "." {
				break
			}
		}
	}
	return cpus, ok
}

// quotaV2 reads cpu.max: "200000 100000" or "max 100000".
func quotaV2(dir string) (float64, bool) {
	text, err := os.ReadFile(filepath.Join(dir, "cpu.max"))
	fields := strings.Fields(string(text))
	if err != nil || len(fields) != 2 {
		return 0, false
	}
	return quotient(fields[0], fields[1])
}

func quotaV1(dir string) (float64, bool) {
	quota, err1 := os.ReadFile(filepath.Join(dir, "cpu.cfs_quota_us"))
	period, err2 := os.ReadFile(filepath.Join(dir, "cpu.cfs_period_us"))
	if err1 != nil || err2 != nil {
		return 0, false
	}
	return quotient(strings.TrimSpace(string(quota)), strings.TrimSpace(string(period)))
}

func quotient(quota, period string) (float64, bool) {
	q, err1 := strconv.ParseFloat(quota, 64)
	p, err2 := strconv.ParseFloat(period, 64)
	if err1 != nil || err2 != nil || q <= 0 || p <= 0 {
		return 0, false
	}
	return q / p, true
}
