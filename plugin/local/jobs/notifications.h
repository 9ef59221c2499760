#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "local/jobs/run.h"
#include "local/jobs/webhook_destinations.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// Tells the webhooks of a job that a run began or ended. Destinations are made through
// /api/2.0/notification-destinations; only generic webhooks are called, the other kinds are kept and never called.
class Notifications {
 public:
  explicit Notifications(const Workspace& workspace);
  ~Notifications();

  void add_routes(Router& router);
  void run_began(const Run& run) { tell(run, "on_start"); }
  void run_ended(const Run& run);

 private:
  struct Message {
    std::string url, user_name, password, body;
  };
  void tell(const Run& run, const std::string& event);
  void send_all();

  WebhookDestinations destinations_;
  std::string workspace_id_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Message> messages_;
  bool stopping_ = false;
  std::thread thread_;  // a slow receiver must keep nobody else waiting
};

}  // namespace brickwork::local
