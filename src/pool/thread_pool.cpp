#include "quiesce/thread_pool.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

#include "base/contract.hpp"
#include "os/affinity.hpp"
#include "os/pinned_code.hpp"
#include "pool/pool_core.hpp"
#include "pool/pool_settings.hpp"
#include "pool/running_callback.hpp"
#include "wait/thread_record.hpp"

namespace quiesce::inline v0 {
namespace {

/// A posted function in the run queue: it deletes itself when it has run.
class posted_work final : public work_item {
 public:
  posted_work(pool_core& pool, unique_function<void()> work, os::pinned_code code, run_on where,
              priority level) noexcept
      : work_item(where, level), pool_(pool), code_(std::move(code)), work_(std::move(work)) {}
  // When it was not queued.
  ~posted_work() {
    if (!code_) return;
    work_.reset();
    code_.let_go();
    os::pinned_code::see_to_closing();
  }

  void run() override {
    pool_core& pool = pool_;
    os::pinned_code code = std::move(code_);
    const bool is_pinned = static_cast<bool>(code);
    {
      const inside_callback frame(this, &pool);
      running_callback::begins(&pool);
      static_cast<void>(pool.exceptions().run(work_));
      delete this;  // with what was captured, before the pool can be seen as stopped
      running_callback::ended();
    }
    code.let_go();  // before a stop can be told, which then closes it
    const bool is_stopping = pool.work_ended();
    if (is_pinned && !is_stopping) os::pinned_code::see_to_closing();
  }

 private:
  pool_core& pool_;       // outlives the item: it counts it until work_ended()
  os::pinned_code code_;  // of work_, which is destroyed first
  unique_function<void()> work_;
};

stop_result stop_until(pool_core& core, deadline until, blocked_stop::kind kind,
                       const std::source_location& where = {}) noexcept {
  if (core.is_inside()) {
    core.request_stop();
    return {stop_status::deferred, 0};
  }
  return {core.stop_until(until, kind, where), 0};
}

}  // namespace

thread_pool::thread_pool(pool_options options, std::source_location where)
    : core_(&pool_core::create(pool_settings::from(std::move(options), os::usable_processors, where))) {}

thread_pool::~thread_pool() {
  if (stop_until(*core_, never, blocked_stop::kind::destructor).status == stop_status::deferred)
    core_->detach_workers();
  core_->release();
}

post_status thread_pool::post_function(unique_function<void()> work, run_on where, priority level) {
  if (where == run_on::signalling_thread) {
    throw std::invalid_argument("quiesce: a function was posted to the signalling thread, but nobody signals a post");
  }
  os::pinned_code code(work.code());
  auto item = std::make_unique<posted_work>(*core_, std::move(work), std::move(code), where, level);
  if (item->is_persistent()) core_->start_persistent();
  if (!core_->accept_work()) return post_status::refused;
  core_->push(*item.release());
  return post_status::queued;
}

registered_wait thread_pool::register_function(handle_ref object, unique_function<void(callback_scope&)> callback,
                                               repeat mode, time_limit limit, const wait_options& options,
                                               const std::source_location& where) {
  if (object.object() == nullptr) base::misuse("a wait was registered for a null handle", options.name, where);
  if (options.where == run_on::signalling_thread && !object.object()->can_be_signalled()) {
    base::misuse("a wait whose callbacks run on the signalling thread was registered for what no program signals",
                 object.object()->name(), where);
  }
  registered_wait wait(*this, std::move(callback), mode, limit, options);
  wait.arm(object, limit, where);
  return wait;
}

std::vector<callback_info> thread_pool::drain(deadline until, std::source_location where) {
  if (core_->is_running()) base::misuse("a pool was drained inside one of its own callbacks", core_->name(), where);
  std::vector<callback_info> left;
  if (core_->drain_until(until, where)) return left;
  core_->append_in_flight(left);
  if (left.empty()) left.emplace_back();  // it ended just now; empty would say that it had been in time
  return left;
}

pool_counts thread_pool::counts() const noexcept { return core_->counts(); }

stop_result thread_pool::stop(std::source_location where) noexcept {
  return stop_until(*core_, never, blocked_stop::kind::stop, where);
}

stop_result thread_pool::stop_for(time_limit limit, std::source_location where) noexcept {
  return stop_until(*core_, limit, blocked_stop::kind::stop, where);
}

void thread_pool::request_stop() noexcept { core_->request_stop(); }

handle_ref thread_pool::stopped() const noexcept { return handle_ref(*core_); }

}  // namespace quiesce::inline v0
