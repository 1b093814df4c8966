//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// capsule is our server, built already.
func capsule(binary string, files site) *contender {
	return &contender{name: "capsule", files: files, command: func(addr, stub string) ([]string, error) {
		return []string{binary, "-addr", addr, "-rocketchat", "http://" + stub, "-rate", "0", "-log-requests", "none"}, nil
	}}
}

// The headers that ours sends and the others are told to send as well, besides
// those that every server makes itself and an id of the request.
var (
	ofFiles = [][2]string{
		{"Cache-Control", "public, max-age=300, stale-while-revalidate=86400"},
		{"Vary", "Accept-Encoding"},
		{"Access-Control-Allow-Origin", "*"},
		{"Cross-Origin-Resource-Policy", "cross-origin"},
		{"Timing-Allow-Origin", "*"},
		{"X-Content-Type-Options", "nosniff"},
	}
	ofAnswers = [][2]string{
		{"Cache-Control", "no-store"},
		{"Vary", "Origin"},
		{"Access-Control-Allow-Origin", "http://localhost"},
		{"Access-Control-Expose-Headers", "Retry-After, Content-Disposition"},
		{"X-Content-Type-Options", "nosniff"},
	}
)

// directives are lines of a configuration that add each of list.
func directives(verb string, list [][2]string, end string) string {
	var b strings.Builder
	for _, h := range list {
		fmt.Fprintf(&b, "      %s %s %q%s\n", verb, h[0], h[1], end)
	}
	return b.String()
}

// nginx is nginx with a configuration below folder.
func nginx(folder string, files site) (*contender, error) {
	binary, err := find("nginx")
	if err != nil {
		return nil, err
	}
	name := filepath.Join(folder, "nginx.conf")
	return &contender{name: "nginx", files: files, command: func(addr, stub string) ([]string, error) {
		err := os.WriteFile(name, []byte(nginxConf(folder, addr, stub, os.Geteuid() == 0, files)), 0o600)
		return []string{binary, "-e", filepath.Join(folder, "nginx.error"), "-c", name, "-p", folder}, err
	}}, nil
}

// nginxConf is a configuration for speed: one worker, open files remembered,
// nothing logged, connections that stay, to the stub as well. Without root
// nginx has no other user to become.
func nginxConf(folder, addr, stub string, root bool, files site) string {
	var b strings.Builder
	if root {
		b.WriteString("user root;\n")
	}
	fmt.Fprintf(&b, `daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid %[1]s/nginx.pid;
events { worker_connections 19000; multi_accept on; }
http {
  access_log off;
  error_log %[1]s/nginx.error error;
  client_body_temp_path %[1]s/body;
  proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi;
  scgi_temp_path %[1]s/scgi;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  open_file_cache max=100 inactive=1h;
  open_file_cache_valid 1h;
  keepalive_timeout 60s;
  keepalive_requests 1000000000;
  upstream chat { server %[3]s; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen %[2]s backlog=4096;
`, folder, addr, stub)
	for _, f := range []served{files.loader, files.bundle} {
		fmt.Fprintf(&b, `    location = %s {
      alias %s/%s.br;
      types { }
      default_type "%s";
      add_header Content-Encoding br;
      add_header X-Request-Id $request_id;
%s    }
`, f.path, folder, f.path[1:], f.mime, directives("add_header", ofFiles, ";"))
	}
	fmt.Fprintf(&b, `    location /v1/ {
      proxy_pass http://chat;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Real-Ip $remote_addr;
      add_header X-Request-Id $request_id;
%s    }
  }
}
`, directives("add_header", ofAnswers, ";"))
	return b.String()
}

// caddy is Caddy with a configuration below folder.
func caddy(folder string, files site) (*contender, error) {
	binary, err := find("caddy")
	if err != nil {
		return nil, err
	}
	name := filepath.Join(folder, "Caddyfile")
	return &contender{name: "caddy", files: files, command: func(addr, stub string) ([]string, error) {
		err := os.WriteFile(name, []byte(caddyfile(folder, addr, stub)), 0o600)
		return []string{binary, "run", "--adapter", "caddyfile", "--config", name}, err
	}}, nil
}

// caddyfile is a configuration for speed, as nginxConf is. The files are sent
// without Content-Encoding: with it Caddy would not tell their length, and
// would be slower.
func caddyfile(folder, addr, stub string) string {
	return fmt.Sprintf(`{
	admin off
	auto_https off
	log {
		level ERROR
	}
}
http://%s {
	header X-Request-Id {http.request.uuid}
	handle /v1/* {
%s		reverse_proxy %s {
			transport http {
				keepalive_idle_conns_per_host 64
			}
		}
	}
	handle {
%s		root * %s
		rewrite * {path}.br
		file_server
	}
}
`, addr, directives("header", ofAnswers, ""), stub, directives("header", ofFiles, ""), folder)
}

// find is a program by name; Debian has some where users do not look.
func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/" + name)
}
