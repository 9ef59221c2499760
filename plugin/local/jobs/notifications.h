#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "local/jobs/active_run.h"
#include "local/jobs/run.h"
#include "local/jobs/webhook_destinations.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// Tells the webhooks of jobs and of single tasks what happens to them. Destinations are made through
// /api/2.0/notification-destinations; only generic webhooks are called, the other kinds are kept and never called.
class Notifications {
 public:
  explicit Notifications(const Workspace& workspace);
  ~Notifications();

  void add_routes(Router& router);
  void run_began(const Run& run) { tell(run, "on_start"); }
  void run_ended(const Run& run);
  void noticed(const Run& run, const Notice& notice);

 private:
  struct Message {
    std::string url, user_name, password, body;
  };
  void tell(const Run& run, const std::string& event) { tell(*run.settings, event, message_of(run)); }
  void tell(const boost::json::object& settings, const std::string& event, boost::json::object message);
  void send_all();
  static boost::json::object message_of(const Run& run);

  WebhookDestinations destinations_;
  std::string workspace_id_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Message> messages_;
  bool stopping_ = false;
  std::thread thread_;  // a slow receiver must keep nobody else waiting
};

}  // namespace brickwork::local
