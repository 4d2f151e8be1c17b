// Package safefetch is the one HTTP client that calls addresses which people
// have typed in. It reaches the public Internet and nothing else: what an
// address leads to is checked when the connection is made, after the name was
// looked up, so that no name can change its mind in between.
package safefetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

// Deadlines and limits of a call.
const (
	dialing     = 3 * time.Second
	overall     = 10 * time.Second
	headerBytes = 64 << 10
)

// ErrAddress is an address that is not called.
var ErrAddress = errors.New("address refused")

// inner lists what belongs to nobody on the public Internet: RFC 6890 and what
// carries IPv4 inside IPv6.
var inner = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20",
	"5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, p := range list {
		out[i] = netip.MustParsePrefix(p)
	}
	return out
}

// Ports are those that are called; an allowed network may be called at any.
var ports = []uint16{80, 443}

// Check refuses an address, such as 203.0.113.7:443, that is not on the public
// Internet and in none of the allowed networks.
func Check(address string, allow []netip.Prefix) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("safefetch: %q: %w", address, ErrAddress)
	}
	ip := at.Addr().Unmap().WithZone("")
	within := func(p netip.Prefix) bool { return p.Contains(ip) }
	switch {
	case slices.ContainsFunc(allow, within):
		return nil
	case !ip.IsGlobalUnicast(), slices.ContainsFunc(inner, within), !slices.Contains(ports, at.Port()):
		return fmt.Errorf("safefetch: %w", ErrAddress)
	}
	return nil
}

// Client is a client that calls nothing but what Check passes. It follows no
// redirect, keeps no cookie, knows no proxy and gives up after ten seconds.
func Client(allow []netip.Prefix) *http.Client {
	dialer := &net.Dialer{
		Timeout: dialing,
		Control: func(_, address string, _ syscall.RawConn) error { return Check(address, allow) },
	}
	return &http.Client{
		Timeout: overall,
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				return dialer.DialContext(ctx, network, address)
			},
			TLSHandshakeTimeout: dialing, ResponseHeaderTimeout: overall, MaxResponseHeaderBytes: headerBytes,
			DisableCompression: true, DisableKeepAlives: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// CheckURL refuses an address with a scheme other than http and https, a user
// name, or a host that is not ASCII.
func CheckURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Hostname() == "" ||
		slices.ContainsFunc([]byte(u.Host), func(b byte) bool { return b <= ' ' || b > '~' }) {
		return fmt.Errorf("safefetch: %w", ErrAddress)
	}
	return nil
}
