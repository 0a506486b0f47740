package logging

import (
	"fmt"
	"log/syslog"
)

// sysLog sends records to the system's log daemon.
type sysLog struct{ w *syslog.Writer }

var facilities = map[string]syslog.Priority{
	"user": syslog.LOG_USER, "local0": syslog.LOG_LOCAL0, "local1": syslog.LOG_LOCAL1, "local2": syslog.LOG_LOCAL2,
	"local3": syslog.LOG_LOCAL3, "local4": syslog.LOG_LOCAL4, "local5": syslog.LOG_LOCAL5, "local6": syslog.LOG_LOCAL6,
	"local7": syslog.LOG_LOCAL7,
}

// OpenSyslog has every record go to the system's log too. The error tells that no daemon listens or that the
// facility is unknown.
func (l *Logger) OpenSyslog(ident, facility string) error {
	return l.openSyslog("", "", ident, facility)
}

// openSyslog reaches the daemon at an address; "" is the machine's own.
func (l *Logger) openSyslog(network, addr, ident, facility string) error {
	f, ok := facilities[facility]
	if !ok {
		return fmt.Errorf("unknown syslog facility %q", facility)
	}
	w, err := syslog.Dial(network, addr, f|syslog.LOG_NOTICE, ident)
	if err != nil {
		return fmt.Errorf("syslog: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.system = &sysLog{w}
	return nil
}

func (s *sysLog) write(level Level, text string) {
	var err error
	switch level {
	case Debug:
		err = s.w.Debug(text)
	case Verbose:
		err = s.w.Info(text)
	case Notice:
		err = s.w.Notice(text)
	default:
		err = s.w.Warning(text)
	}
	_ = err // I2
}
