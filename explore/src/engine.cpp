#include "engine.hpp"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <climits>
#include <new>

#include "real.hpp"

namespace explore {

engine* active = nullptr;

namespace {

constexpr std::uint64_t first_moment =
    1'000'000'000'000;  // of the virtual clock: well after zero, so that one can subtract

constexpr std::uint32_t bit(unsigned thread) noexcept { return 1U << thread; }

void* reserve(std::size_t size) noexcept {
  void* const got = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return got == MAP_FAILED ? nullptr : got;
}

std::uint64_t mixed(std::uint64_t value) noexcept {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93U;
  value ^= value >> 32;
  return value * 0xd6e8feb86659fd93U;
}

}  // namespace

engine::engine(std::uint32_t steps, shared_outcome& answer) noexcept
    : most_steps_(steps),
      places_(static_cast<place*>(reserve(places * sizeof(place)))),
      objects_(static_cast<object*>(reserve(most_objects * sizeof(object)))),
      events_(static_cast<event*>(reserve((steps + 1) * sizeof(event)))),
      answer_(answer) {}

engine* engine::create(std::uint32_t steps, shared_outcome& answer, const char** why) noexcept {
  void* const memory = reserve(sizeof(engine));
  if (memory == nullptr) {
    *why = "no memory for the explorer";
    return nullptr;
  }
  auto* const made = new (memory) engine(steps, answer);
  if (made->places_ == nullptr || made->objects_ == nullptr || made->events_ == nullptr || !made->shadow_.map()) {
    *why = "no memory for the explorer's tables";
    return nullptr;
  }
  made->system_code_.find();
  return made;
}

void engine::keep_state(std::uintptr_t stack_begin, bool by_baton) noexcept {
  by_baton_ = by_baton;
  carriers_.begin(by_baton ? &baton_ : nullptr);
  // One carrier at least: from then on libc and the C++ library know that the process has more than one thread.
  carriers_.provide(1);
  heap_.keep();
  segments_.save();
  if (stack_begin != 0) {
    pthread_attr_t attributes;
    void* begin = nullptr;
    std::size_t size = 0;
    if (::pthread_getattr_np(::pthread_self(), &attributes) == 0) {
      ::pthread_attr_getstack(&attributes, &begin, &size);
      ::pthread_attr_destroy(&attributes);
      const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(begin) + size;
      constexpr std::size_t most = std::size_t{64} * 1024;
      if (end > stack_begin) segments_.add(stack_begin, end - stack_begin < most ? end - stack_begin : most);
    }
  }
}

// --- An execution ---------------------------------------------------------------------------------------------------

void engine::reset() noexcept {
  segments_.restore();
  heap_.reset();
  shadow_.forget();
  descriptors_.reset();
  for (unsigned i = 0; i < threads_; ++i) carriers_.reset(i);
  ++generation_;
  object_count_ = 0;
  position_ = 0;
  threads_ = 0;
  now_ = first_moment;
  history_ = 0;
  exit_actions_ = 0;
  ending_ = ending::none;
  keys_ = 0;
  object_at(1);  // the clock is object 0
}

engine::ending engine::run(search& by, void (*program)(void*), void* argument) noexcept {
  search_ = &by;
  program_ = program;
  program_argument_ = argument;
  reset();
  create_thread(nullptr, nullptr);
  thread_[0].waits_at = gate::open;
  thread_[0].pending = {};
  current_ = 0;
  driver_.thread_base = carriers_.base(0);
  running_ = true;
  switch_fiber(driver_, thread_[0].place);
  if (by_baton_) baton_.gather();
  return ending_;
}

unsigned engine::create_thread(void* (*routine)(void*), void* argument) noexcept {
  if (threads_ == most_threads) fail(verdict::not_modelled, "more than %zu threads in one execution", most_threads);
  const unsigned number = threads_;
  if (!carriers_.provide(number)) fail(verdict::not_modelled, "the system refuses thread number %u", number);
  logical_thread& made = thread_[number];
  made.started = true;
  made.ended = made.joined = made.detached = false;
  made.stack.depth = 0;
  made.waits_at = gate::open;
  made.next_waiter = nobody;
  made.queued_at = 0;
  made.has_limit = made.was_told = false;
  made.pending = {};
  made.pending.what = op::thread_start;
  made.steps = 0;
  made.order.clear();
  made.happened.clear();
  made.released.clear();
  made.to_acquire.clear();
  made.hash = mixed(number + 1);
  made.accesses = 0;
  made.read_count = made.spins = made.rests = made.yields = made.early_limits = 0;
  made.others_seen = 0;
  made.routine = routine;
  made.argument = argument;
  made.result = nullptr;
  made.exit_actions = 0;
  fill_bytes(made.values, 0, sizeof made.values);
  if (number != 0) {
    made.order = self().order;
    made.happened = self().happened;
  }
  made.happened.of[number] = 1;
  made.place.thread_base = carriers_.base(number);
  prepare_fiber(made.place, heap::stack(number), stack_size, begin_fiber);
  if (by_baton_) baton_.prepare(number, made.place);
  ++threads_;
  return number;
}

void engine::begin_fiber() noexcept {
  engine& in = *active;
  logical_thread& self = in.self();
  if (in.current_ == 0) {
    in.program_(in.program_argument_);
    in.run_process_exit();
    in.end_thread(nullptr);
  }
  in.make(self.pending);
  self.pending = {};
  void* const result = self.routine(self.argument);
  in.end_thread(result);
}

void engine::run_thread_exit(logical_thread& of) noexcept {
  while (of.exit_actions != 0) {
    const exit_action action = of.at_exit[--of.exit_actions];
    action.call(action.argument);
  }
  for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; ++round) {
    for (unsigned key = 0; key < keys_; ++key) {
      void* const value = of.values[key];
      if (value == nullptr || destroy_value_[key] == nullptr) continue;
      of.values[key] = nullptr;
      destroy_value_[key](value);
    }
  }
}

unsigned engine::create_key(void (*destroy)(void*)) noexcept {
  if (keys_ == logical_thread::most_keys) {
    fail(verdict::not_modelled, "more than %u keys of pthread_key_create", logical_thread::most_keys);
  }
  destroy_value_[keys_] = destroy;
  return first_key + keys_++;
}

void engine::end_thread(void* result) noexcept {
  logical_thread& ended = self();
  run_thread_exit(ended);
  operation end;
  end.what = op::thread_exit;
  end.touches(object_at(reinterpret_cast<std::uintptr_t>(&ended)), access_mode::write);
  announce(end);
  make(end);
  ended.result = result;
  ended.ended = true;
  changed(end.on[0].object);
  give_way();
  __builtin_unreachable();
}

void engine::at_process_exit(exit_action action) noexcept {
  if (exit_actions_ == most_exit_actions) {
    fail(verdict::not_modelled, "more than %u actions at the exit of the process", most_exit_actions);
  }
  at_exit_[exit_actions_++] = action;
}

void engine::run_process_exit() noexcept {
  run_thread_exit(self());
  while (exit_actions_ != 0) {
    const exit_action action = at_exit_[--exit_actions_];
    action.call(action.argument);
  }
}

void engine::end_execution(ending how) noexcept {
  ending_ = how;
  running_ = false;
  if (by_baton_) baton_.end(current_, driver_);
  switch_fiber(self().place, driver_);
  __builtin_unreachable();
}

// --- Steps ----------------------------------------------------------------------------------------------------------

std::uint32_t engine::object_at(std::uintptr_t key) noexcept {
  std::size_t at = (key * 0x9e3779b97f4a7c15U) >> 49;
  static_assert(places == 1U << 15);
  for (;; at = (at + 1) % places) {
    place& found = places_[at];
    if (found.generation != generation_) {
      if (object_count_ == most_objects) {
        fail(verdict::not_modelled, "more than %u objects that threads share in one execution", most_objects);
      }
      found = {key, generation_, object_count_};
      object& made = objects_[object_count_];
      made.key = key;
      made.version = 0;
      made.last_write = no_position;
      made.reads.who = made.adds.who = made.acquired.who = 0;
      made.write_hash = made.read_hash = 0;
      made.sync.clear();
      made.owner = made.first_waiter = nobody;
      made.is_initialised = made.is_destroyed = made.lost_signal = false;
      made.depth = made.sharers = 0;
      made.count = 0;
      return object_count_++;
    }
    if (found.key == key) return found.object;
  }
}

void engine::announce(const operation& next, gate needs, std::uint32_t gate_object, unsigned gate_thread) noexcept {
  logical_thread& t = self();
  t.pending = next;
  t.waits_at = needs;
  t.gate_object = gate_object;
  t.gate_thread = static_cast<std::uint8_t>(gate_thread);
  t.has_limit = false;
  t.was_told = false;
  if (recording_) note_stack(t.stack, next.pc);
  give_way();
}

void engine::announce_until(const operation& next, gate needs, std::uint32_t gate_object,
                            std::uint64_t limit) noexcept {
  logical_thread& t = self();
  t.pending = next;
  t.waits_at = needs;
  t.gate_object = gate_object;
  t.has_limit = true;
  t.limit = limit;
  t.was_told = false;
  if (recording_) note_stack(t.stack, next.pc);
  give_way();
  t.has_limit = false;
}

bool engine::has_changed(const logical_thread& spinner) const noexcept {
  if (spinner.read_count == 0) return position_ - spinner.steps != spinner.others_seen;
  for (unsigned i = 0; i < spinner.read_count; ++i) {
    if (objects_[spinner.reads[i].object].version != spinner.reads[i].version) return true;
  }
  return false;
}

bool engine::is_open(const logical_thread& of) const noexcept {
  const object& what = objects_[of.gate_object];
  switch (of.waits_at) {
    case gate::open: return true;
    case gate::lock_free: return what.owner == nobody;
    case gate::no_writer: return what.owner == nobody;
    case gate::no_sharer: return what.owner == nobody && what.sharers == 0;
    case gate::counted: return what.count > 0;
    case gate::ready: return what.count > 0;
    case gate::ended: return thread_[of.gate_thread].ended;
    case gate::changed: return has_changed(of);
    case gate::told: return false;
    case gate::passed_time: return false;
  }
  return false;
}

// A thread for which time must pass can go on while others can, too: it is slow, or they are. That happens at most some
// times to each, or a loop that polls would keep the others from going on for ever.
void engine::collect(std::uint32_t& enabled, std::uint32_t& by_time) noexcept {
  enabled = by_time = 0;
  std::uint32_t late = 0;
  for (unsigned i = 0; i < threads_; ++i) {
    const logical_thread& t = thread_[i];
    if (t.ended) continue;
    if (is_open(t)) {
      enabled |= bit(i);
    } else if (t.has_limit) {
      (t.early_limits < most_early_limits ? by_time : late) |= bit(i);
    }
  }
  if (late != 0) limited_time_outs_ = true;
  if (enabled == 0) by_time |= late;
  enabled |= by_time;
}

unsigned engine::default_choice(std::uint32_t enabled, std::uint32_t by_time) const noexcept {
  const std::uint32_t now = enabled & ~by_time;
  if ((now & bit(current_)) != 0) return current_;
  if (now != 0) return static_cast<unsigned>(__builtin_ctz(now));
  unsigned first = static_cast<unsigned>(__builtin_ctz(enabled));
  for (std::uint32_t rest = enabled; rest != 0; rest &= rest - 1) {
    const auto thread = static_cast<unsigned>(__builtin_ctz(rest));
    if (thread_[thread].limit < thread_[first].limit) first = thread;
  }
  return first;
}

void engine::give_way() noexcept {
  if (position_ >= most_steps_) end_execution(ending::cut_off);
  std::uint32_t enabled = 0;
  std::uint32_t by_time = 0;
  collect(enabled, by_time);
  if (enabled == 0) {
    // Whoever only spins may go on: there may be an end to it that nobody else brings about.
    for (unsigned i = 0; i < threads_; ++i) {
      if (!thread_[i].ended && thread_[i].waits_at == gate::changed) enabled |= bit(i);
    }
    if (enabled == 0) end_execution(ending::over);
  }
  const crossroads here{.position = position_,
                        .enabled = enabled,
                        .by_time = by_time,
                        .running = current_,
                        .by_default = default_choice(enabled, by_time),
                        .history = history_};
  const int chosen = search_->choose(*this, here);
  if (chosen < 0) end_execution(chosen == search::drop ? ending::dropped : ending::lost);
  const auto next = static_cast<unsigned>(chosen);
  answer_.choices[position_] =
      static_cast<std::uint8_t>(next | (next == here.by_default ? 0U : shared_outcome::deviates));
  answer_.choice_count = position_ + 1;
  if ((by_time & bit(next)) != 0 && (enabled & ~by_time) != 0) ++thread_[next].early_limits;
  if (next != current_) switch_to(next);
}

void engine::switch_to(unsigned next) noexcept {
  const unsigned before = current_;
  current_ = next;
  if (by_baton_) return baton_.pass(before, next);
  switch_fiber(thread_[before].place, thread_[next].place);
}

traced_event* engine::make(const operation& done) noexcept {
  logical_thread& t = self();
  event& e = events_[position_];
  e.thread = static_cast<std::uint8_t>(current_);
  e.what = done.what;
  e.index = ++t.steps;
  order_before_ = t.order;
  e.order = t.order;
  e.order.of[current_] = e.index;

  std::uint64_t hash = t.hash + static_cast<std::uint64_t>(done.what);
  for (unsigned i = 0; i < done.accesses; ++i) {
    object& touched = objects_[done.on[i].object];
    const access_mode mode = done.on[i].mode;
    if (touched.last_write != no_position) e.order.join(events_[touched.last_write].order);
    hash = mixed(hash ^ touched.key) + touched.write_hash;
    if (mode == access_mode::write || mode == access_mode::acquire || mode == access_mode::add) {
      for (std::uint32_t rest = touched.reads.who; rest != 0; rest &= rest - 1) {
        e.order.join(events_[touched.reads.at[__builtin_ctz(rest)]].order);
      }
    }
    if (mode != access_mode::add && mode != access_mode::follow) {
      for (std::uint32_t rest = touched.adds.who; rest != 0; rest &= rest - 1) {
        e.order.join(events_[touched.adds.at[__builtin_ctz(rest)]].order);
      }
    }
    if (mode == access_mode::write || mode == access_mode::acquire) hash += mixed(touched.read_hash);
  }
  hash = mixed(hash);
  e.hash = hash;
  t.hash = hash;
  t.order = e.order;
  history_ += mixed(hash);
  ++position_;
  search_->made(*this, done, e);

  const std::uint32_t at = position_ - 1;
  for (unsigned i = 0; i < done.accesses; ++i) {
    object& touched = objects_[done.on[i].object];
    switch (done.on[i].mode) {
      case access_mode::read:
        touched.reads.enter(current_, at);
        touched.read_hash += hash;
        break;
      case access_mode::add: touched.adds.enter(current_, at); break;
      case access_mode::follow: break;
      case access_mode::acquire: touched.acquired.enter(current_, at); [[fallthrough]];
      case access_mode::write:
        touched.last_write = at;
        touched.reads.who = touched.adds.who = 0;
        touched.write_hash = hash;
        touched.read_hash = 0;
        break;
    }
  }
  answer_.steps.store(answer_.steps.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  answer_.last_pc = done.pc;

  static constinit traced_event unrecorded;
  if (!recording_) return &unrecorded;
  execution_trace& trace = answer_.trace;
  const std::uint32_t number = trace.events_seen++;
  if (number >= most_traced_events) return &unrecorded;
  traced_event& kept = trace.events[number];
  kept = {};
  kept.what = done.what;
  kept.thread = static_cast<std::uint8_t>(current_);
  kept.order = done.order;
  kept.size = done.size;
  kept.deviation = (answer_.choices[at] & shared_outcome::deviates) != 0;
  kept.other_thread = done.other_thread == nobody ? std::uint16_t{0xffff} : done.other_thread;
  kept.time = now_;
  kept.object = done.address;
  kept.position = at;
  kept.stack = t.stack;
  return &kept;
}

// --- Spinning -------------------------------------------------------------------------------------------------------

bool engine::announce_read(const operation& next, std::uint32_t object) noexcept {
  logical_thread& t = self();
  for (unsigned i = 0; i < t.read_count; ++i) {
    if (t.reads[i].pc != next.pc || t.reads[i].object != object) continue;
    if (t.reads[i].version != objects_[object].version) break;
    if (++t.spins % most_spins != 0) return false;
    t.pending.pc = next.pc;
    if (t.spins > most_rests * most_spins) {
      fail(verdict::livelock, "the thread reads the same values again and again, and nothing changes them");
    }
    rest(next);
    return true;
  }
  announce(next);
  return true;
}

void engine::rest(const operation& next) noexcept {
  logical_thread& t = self();
  t.pending = next;
  t.waits_at = gate::changed;
  t.has_limit = t.was_told = false;
  if (recording_) note_stack(t.stack, next.pc);
  give_way();
}

void engine::saw(std::uintptr_t pc, std::uint32_t object) noexcept {
  logical_thread& t = self();
  for (unsigned i = 0; i < t.read_count; ++i) {
    if (t.reads[i].pc != pc || t.reads[i].object != object) continue;
    if (t.reads[i].version != objects_[object].version) t.spins = t.rests = 0;
    t.reads[i].version = objects_[object].version;
    return;
  }
  if (t.read_count == logical_thread::most_reads) t.read_count = 0;
  t.reads[t.read_count++] = {pc, object, objects_[object].version};
}

void engine::yields(std::uintptr_t pc) noexcept {
  logical_thread& t = self();
  const std::uint32_t others = position_ - t.steps;
  if (others != t.others_seen) t.yields = 0;
  t.others_seen = others;
  if (++t.yields % most_yields != 0) return;
  operation next;
  next.what = op::yield;
  next.pc = t.pending.pc = pc;
  if (++t.rests > most_rests) {
    fail(verdict::livelock, "the thread yields again and again, and nothing that it reads changes");
  }
  if (t.read_count == 0) t.rests = 0;  // it does something in between; the limit of steps will tell
  rest(next);
  make(next);
}

// --- Waiting --------------------------------------------------------------------------------------------------------

void engine::tell(unsigned thread, gate next, std::uint32_t gate_object) noexcept {
  logical_thread& told = thread_[thread];
  if (told.has_limit) search_->competes(*this, thread);
  told.was_told = true;
  told.has_limit = false;
  told.waits_at = next;
  told.gate_object = gate_object;
  told.order.join(self().order);
}

void engine::enqueue(std::uint32_t object, unsigned thread) noexcept {
  std::uint8_t* link = &objects_[object].first_waiter;
  while (*link != nobody) link = &thread_[*link].next_waiter;
  *link = static_cast<std::uint8_t>(thread);
  thread_[thread].next_waiter = nobody;
  thread_[thread].queued_at = object + 1;
}

bool engine::dequeue(std::uint32_t object, unsigned thread) noexcept {
  for (std::uint8_t* link = &objects_[object].first_waiter; *link != nobody; link = &thread_[*link].next_waiter) {
    if (*link != thread) continue;
    *link = thread_[thread].next_waiter;
    thread_[thread].queued_at = 0;
    return true;
  }
  return false;
}

void engine::release_to(vector_clock& sync) noexcept {
  logical_thread& t = self();
  sync.join(t.happened);
  ++t.happened.of[current_];
}

// --- Memory ---------------------------------------------------------------------------------------------------------

void engine::touch_memory(std::uintptr_t address, std::size_t size, touch how, op what) noexcept {
  logical_thread& t = self();
  const touched by{.access = ++t.accesses,
                   .epoch = t.happened.of[current_],
                   .thread = static_cast<std::uint8_t>(current_),
                   .bytes = 0,
                   .how = how};
  if (recording_ && current_ == watched_thread_ && t.accesses == watched_access_) {
    traced_access& earlier = answer_.trace.access[1];
    earlier = {.what = what,
               .thread = by.thread,
               .size = static_cast<std::uint8_t>(size > 255 ? 255 : size),
               .address = address,
               .stack = {}};
    note_stack(earlier.stack, t.pending.pc);
  }
  if (const touched* const earlier = shadow_.enter(address, size, by, t.happened)) race(*earlier, address, size, what);
}

void engine::give_back(std::uintptr_t address, std::size_t size) noexcept {
  logical_thread& t = self();
  const touched by{.access = ++t.accesses,
                   .epoch = t.happened.of[current_],
                   .thread = static_cast<std::uint8_t>(current_),
                   .bytes = 0,
                   .how = touch::release};
  if (recording_ && current_ == watched_thread_ && t.accesses == watched_access_) {
    traced_access& earlier = answer_.trace.access[1];
    earlier = {.what = op::heap_free, .thread = by.thread, .size = 0, .address = address, .stack = {}};
    note_stack(earlier.stack, t.pending.pc);
  }
  if (const touched* const earlier = shadow_.enter_release(address, size, by, t.happened)) {
    race(*earlier, address, size, op::heap_free);
  }
  for (std::uint32_t i = 1; i < object_count_; ++i) {
    object& inside = objects_[i];
    if (inside.key - address >= size) continue;
    if (inside.first_waiter != nobody) {
      fail(verdict::bad_use, "memory is freed while thread %u waits on a synchronization object in it",
           unsigned{inside.first_waiter});
    }
    if (inside.owner != nobody) {
      fail(verdict::bad_use, "memory is freed while thread %u holds a lock in it", unsigned{inside.owner});
    }
  }
}

void engine::race(const touched& earlier, std::uintptr_t address, std::size_t size, op what) noexcept {
  answer_.watched_thread = earlier.thread;
  answer_.watched_access = earlier.access;
  answer_.trace.accesses = 2;
  traced_access& later = answer_.trace.access[0];
  later = {.what = what,
           .thread = static_cast<std::uint8_t>(current_),
           .size = static_cast<std::uint8_t>(size > 255 ? 255 : size),
           .address = address,
           .stack = {}};
  note_stack(later.stack, self().pending.pc);
  if (earlier.how == touch::release) {
    const bool ordered = self().happened.of[earlier.thread] >= earlier.epoch || earlier.thread == current_;
    fail(verdict::use_after_free, ordered ? "memory is used after it was freed"
                                          : "memory is used by one thread and freed by another, in no order");
  }
  if (what == op::heap_free) {
    fail(verdict::use_after_free, "memory is freed by one thread and used by another, in no order");
  }
  fail(verdict::data_race, "two threads access the same memory, one of them writes, and nothing orders them");
}

}  // namespace explore
