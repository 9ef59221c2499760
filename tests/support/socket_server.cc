#include "support/socket_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace brickwork {
namespace {

int listen_on_any_port(int& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 256) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no port to listen on");
  }
  port = ntohs(address.sin_port);
  return listener;
}

void write_pem(const std::string& path, X509* certificate, EVP_PKEY* key) {
  FILE* file = fopen(path.c_str(), "w");
  if (certificate) PEM_write_X509(file, certificate);
  if (key) PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  fclose(file);
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* make_certificate(EVP_PKEY* key, const std::string& name, X509* issuer) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), rand());
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject);
  return certificate;
}

}  // namespace

Connection::~Connection() {
  if (ssl_) SSL_free(ssl_);
}

std::string Connection::read_request() {
  std::string text;
  std::size_t wanted = std::string::npos;
  while (text.size() < wanted) {
    char buffer[16384];
    const auto got = ssl_ ? SSL_read(ssl_, buffer, sizeof buffer) : recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) return {};
    text.append(buffer, static_cast<std::size_t>(got));
    const std::size_t head = text.find("\r\n\r\n");
    if (wanted != std::string::npos || head == std::string::npos) continue;
    const std::size_t length = text.find("Content-Length: ");
    wanted = head + 4 + (length < head ? std::stoul(text.substr(length + 16)) : 0);
  }
  return text;
}

void Connection::write(const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto sent = ssl_ ? SSL_write(ssl_, bytes.data() + at, static_cast<int>(bytes.size() - at))
                           : send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) return;
    at += static_cast<std::size_t>(sent);
  }
}

void Connection::answer(int status, const std::string& body, const std::string& more_headers) {
  write("HTTP/1.1 " + std::to_string(status) + " Word\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n" + more_headers + "\r\n" + body);
}

void Connection::reset() {
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void Connection::wait_for_the_end() {
  char byte = 0;
  while (recv(socket_, &byte, 1, 0) > 0) {
  }
}

SocketServer::SocketServer(Script script, const std::string& certificate, const std::string& key)
    : script_(std::move(script)), tls_(!certificate.empty()) {
  if (tls_) {
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(context_, certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM);
  }
  listener_ = listen_on_any_port(port_);
  accepting_ = std::thread([this] {
    while (true) {
      const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (stopping_ || socket < 0) {
        if (socket >= 0) ::close(socket);
        return;
      }
      const std::lock_guard lock(mutex_);
      ++connections_;
      open_.push_back(socket);
      threads_.emplace_back([this, socket] { serve(socket); });
    }
  });
}

void SocketServer::serve(int socket) {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  SSL* ssl = nullptr;
  bool ready = true;
  if (tls_) {
    ssl = SSL_new(context_);
    SSL_set_fd(ssl, socket);
    ready = SSL_accept(ssl) == 1;
  }
  {
    Connection connection(socket, ssl);
    if (ready) script_(connection);
  }
  const std::lock_guard lock(mutex_);
  open_.remove(socket);
  ::close(socket);
}

SocketServer::~SocketServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : open_) shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  SSL_CTX_free(context_);
}

std::string SocketServer::url(const std::string& host) const {
  return std::string(tls_ ? "https://" : "http://") + host + ":" + std::to_string(port_);
}

int closed_port() {
  int port = 0;
  ::close(listen_on_any_port(port));
  return port;
}

TestAuthority::TestAuthority() : key_(EVP_EC_gen("P-256")) {
  std::string pattern = std::filesystem::temp_directory_path() / "brickwork-test-XXXXXX";
  if (!mkdtemp(pattern.data())) throw std::runtime_error("no directory for the certificates");
  directory_ = pattern;
  certificate_ = make_certificate(key_, "Brickwork test authority " + directory_, nullptr);
  add_extension(certificate_, certificate_, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate_, key_, EVP_sha256());
  write_pem(ca_file(), certificate_, nullptr);
}

TestAuthority::~TestAuthority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
  std::filesystem::remove_all(directory_);
}

std::string TestAuthority::ca_file() const { return directory_ + "/ca.pem"; }

TestAuthority::Files TestAuthority::certificate_for(const std::string& name) {
  in_addr address{};
  const bool is_address = inet_pton(AF_INET, name.c_str(), &address) == 1;
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = make_certificate(key, name, certificate_);
  add_extension(certificate, certificate_, NID_subject_alt_name, (is_address ? "IP:" : "DNS:") + name);
  X509_sign(certificate, key_, EVP_sha256());
  Files files{directory_ + "/" + name + ".pem", directory_ + "/" + name + ".key"};
  write_pem(files.certificate, certificate, nullptr);
  write_pem(files.key, nullptr, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

}  // namespace brickwork
