package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// claim is one port that the server needs: a fixed one with the flag that changes it, or 0 for any.
type claim struct {
	name string
	flag string
	port int
}

// reserve checks that every claimed port can be listened on at ip and returns them in order. All are
// held open together, so that no two are the same, and released at the end: the server takes no
// listeners, only numbers.
func reserve(ctx context.Context, ip string, claims []claim) (_ []int, err error) {
	var held []net.Listener
	defer func() {
		for _, l := range held {
			err = errors.Join(err, l.Close())
		}
	}()

	ports := make([]int, 0, len(claims))
	var cfg net.ListenConfig
	for _, c := range claims {
		l, err := cfg.Listen(ctx, "tcp", hostPort(ip, c.port))
		switch {
		case errors.Is(err, syscall.EADDRINUSE) && c.flag != "":
			return nil, fmt.Errorf("port %d (%s) on %s is in use: stop what listens there or choose another with %s", c.port, c.name, ip, c.flag)
		case err != nil:
			return nil, fmt.Errorf("listen on %s for %s: %w", hostPort(ip, c.port), c.name, err)
		}
		held = append(held, l)
		addr, ok := l.Addr().(*net.TCPAddr)
		if !ok {
			return nil, fmt.Errorf("listen for %s: %v is no TCP address", c.name, l.Addr())
		}
		ports = append(ports, addr.Port)
	}

	return ports, nil
}

func hostPort(ip string, port int) string {
	return net.JoinHostPort(ip, strconv.Itoa(port))
}
