#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace brickwork {

// One accepted connection, as the script of a test sees it. All calls block.
class Connection {
 public:
  Connection(int socket, SSL* ssl) : socket_(socket), ssl_(ssl) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  std::string read_request();  // head and body; empty when the peer has gone
  void write(const std::string& bytes);
  void answer(int status, const std::string& body, const std::string& more_headers = {});
  void reset();             // the peer sees ECONNRESET
  void wait_for_the_end();  // until the peer closes

 private:
  int socket_;
  SSL* ssl_;
};

// A server on a real socket of this machine that answers, or fails to, as its script says; one thread a connection.
class SocketServer {
 public:
  using Script = std::function<void(Connection&)>;

  // With certificate and key (PEM files) it speaks TLS.
  explicit SocketServer(Script script, const std::string& certificate = {}, const std::string& key = {});
  ~SocketServer();  // ends every connection

  std::string url(const std::string& host = "127.0.0.1") const;
  int port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void serve(int socket);

  Script script_;
  bool tls_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::list<int> open_;
  std::list<std::thread> threads_;
  std::thread accepting_;
};

// A port of this machine where nobody listens.
int closed_port();

// A certificate authority made for this run, and certificates it signed. PEM files in a directory of their own.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();

  struct Files {
    std::string certificate;
    std::string key;
  };
  Files certificate_for(const std::string& name);  // a DNS name, or an IP address
  std::string ca_file() const;

 private:
  std::string directory_;
  EVP_PKEY* key_;
  X509* certificate_;
};

}  // namespace brickwork
