package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// claim is a port that `rapport dev` needs, with the flag that changes it.
type claim struct {
	what string
	flag string
	port int
}

// checkPorts tries to listen on every port before anything starts, and names each that cannot be had.
func checkPorts(ctx context.Context, claims []claim) error {
	var errs error
	var cfg net.ListenConfig
	taken := map[int]claim{}
	for _, c := range claims {
		if other, ok := taken[c.port]; ok {
			errs = errors.Join(errs, fmt.Errorf("port %d is asked for twice, for the %s and for the %s: change %s or %s",
				c.port, other.what, c.what, other.flag, c.flag))

			continue
		}
		taken[c.port] = c
		if c.port < 1 || c.port > 65535 {
			errs = errors.Join(errs, fmt.Errorf("%s %d is no port: choose one from 1 to 65535", c.flag, c.port))

			continue
		}
		listener, err := cfg.Listen(ctx, "tcp", address(c.port))
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			errs = errors.Join(errs, fmt.Errorf("port %d, for the %s, is in use: stop what listens there, or choose another with %s",
				c.port, c.what, c.flag))
		case errors.Is(err, syscall.EACCES):
			errs = errors.Join(errs, fmt.Errorf("port %d, for the %s, is not allowed to this user: choose another with %s", c.port, c.what, c.flag))
		case err != nil:
			errs = errors.Join(errs, fmt.Errorf("port %d, for the %s: %w", c.port, c.what, err))
		default:
			if err := listener.Close(); err != nil {
				errs = errors.Join(errs, fmt.Errorf("port %d, for the %s: %w", c.port, c.what, err))
			}
		}
	}

	return errs
}

// address is a port on loopback; `rapport dev` listens nowhere else.
func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
