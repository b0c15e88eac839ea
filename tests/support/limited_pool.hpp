#pragma once

#include <functional>
#include <string>
#include <utility>

#include "pool/pool_core.hpp"
#include "support/eventually.hpp"

namespace support {

/// A pool without its public face, which knows no limits for idle threads and stuck pools.
class limited_pool {
 public:
  explicit limited_pool(quiesce::pool_settings settings) : core_(quiesce::pool_core::create(std::move(settings))) {}
  limited_pool(const limited_pool&) = delete;
  limited_pool& operator=(const limited_pool&) = delete;
  ~limited_pool() {
    core_.stop_until(quiesce::never);
    core_.release();
  }

  void post(std::function<void()> work, quiesce::run_on where = quiesce::run_on::worker) {
    if (core_.accept_work()) core_.push(*new item(core_, std::move(work), where));
  }
  quiesce::pool_core& core() const { return core_; }
  quiesce::pool_counts counts() const { return core_.counts(); }
  bool comes_to(std::size_t threads) const {
    return support::eventually([&] { return counts().threads == threads; });
  }

 private:
  class item final : public quiesce::work_item {
   public:
    item(quiesce::pool_core& pool, std::function<void()> work, quiesce::run_on where)
        : work_item(where, quiesce::priority::normal), pool_(pool), work_(std::move(work)) {}
    void run() override {
      quiesce::pool_core& pool = pool_;
      work_();
      delete this;
      pool.work_ended();
    }

   private:
    quiesce::pool_core& pool_;
    std::function<void()> work_;
  };

  quiesce::pool_core& core_;
};

inline quiesce::pool_settings limited_settings(unsigned running, unsigned maximum) {
  quiesce::pool_settings settings;
  settings.minimum = settings.running = running;
  settings.maximum = maximum;
  settings.report = [](const std::string&) {};
  return settings;
}

}  // namespace support
