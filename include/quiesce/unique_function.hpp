#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace quiesce::inline v0 {

template <class Signature>
class unique_function;

/// A callable that is called without the arguments that it does not take.
template <class F>
struct without_arguments {
  F callable;

  template <class... Arguments>
  void operator()(Arguments&&...) {
    static_cast<void>(callable());
  }
};

template <class F>
inline constexpr bool is_function_pointer = std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>;
template <class F>
inline constexpr bool is_function_pointer<without_arguments<F>> = is_function_pointer<F>;

/// A callable that is owned by one place and moves: what every callback of this library is kept in.
/// Small callables (three pointers, nothrow movable) are kept inside, others on the heap.
/// Errors: the constructor throws what the callable's move and `new` throw. Calling an empty one is undefined.
template <class... Arguments>
class unique_function<void(Arguments...)> {
 public:
  unique_function() noexcept = default;

  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, unique_function> && std::invocable<std::decay_t<F>&, Arguments...>)
  unique_function(F&& callable) {
    using held = std::decay_t<F>;
    if constexpr (fits<held>) {
      ::new (static_cast<void*>(storage_)) held(std::forward<F>(callable));
      operations_ = &inside<held>;
    } else {
      ::new (static_cast<void*>(storage_)) held*(new held(std::forward<F>(callable)));
      operations_ = &outside<held>;
    }
  }

  unique_function(unique_function&& other) noexcept : operations_(std::exchange(other.operations_, nullptr)) {
    if (operations_ != nullptr) operations_->relocate(storage_, other.storage_);
  }
  unique_function& operator=(unique_function&& other) noexcept {
    if (this == &other) return *this;
    reset();
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) operations_->relocate(storage_, other.storage_);
    return *this;
  }
  ~unique_function() { reset(); }

  explicit operator bool() const noexcept { return operations_ != nullptr; }

  void operator()(Arguments... arguments) { operations_->call(storage_, std::forward<Arguments>(arguments)...); }

  /// An address in the code of the callable: the function itself, if it is a pointer to one, and otherwise what calls it,
  /// which is compiled where the callable is. Null when there is none.
  const void* code() const noexcept {
    if (operations_ == nullptr) return nullptr;
    if (operations_->is_pointer) return *reinterpret_cast<const void* const*>(storage_);
    return reinterpret_cast<const void*>(operations_->call);
  }

  /// Destroys the callable and what it captured.
  void reset() noexcept {
    if (const table* known = std::exchange(operations_, nullptr)) known->destroy(storage_);
  }

 private:
  static constexpr std::size_t room = 3 * sizeof(void*);

  struct table {
    void (*call)(void*, Arguments&&...);
    void (*relocate)(void* to, void* from) noexcept;
    void (*destroy)(void*) noexcept;
    bool is_pointer;  // to a function, and nothing else is in the callable
  };

  template <class F>
  static constexpr bool fits =
      sizeof(F) <= room && alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static constexpr table inside{[](void* at, Arguments&&... arguments) {
                                  static_cast<void>((*static_cast<F*>(at))(std::forward<Arguments>(arguments)...));
                                },
                                [](void* to, void* from) noexcept {
                                  ::new (to) F(std::move(*static_cast<F*>(from)));
                                  std::destroy_at(static_cast<F*>(from));
                                },
                                [](void* at) noexcept { std::destroy_at(static_cast<F*>(at)); },
                                is_function_pointer<F>};

  template <class F>
  static constexpr table outside{[](void* at, Arguments&&... arguments) {
                                   static_cast<void>((**static_cast<F**>(at))(std::forward<Arguments>(arguments)...));
                                 },
                                 [](void* to, void* from) noexcept { ::new (to) F*(*static_cast<F**>(from)); },
                                 [](void* at) noexcept { delete *static_cast<F**>(at); }, false};

  alignas(void*) std::byte storage_[room];
  const table* operations_ = nullptr;
};

}  // namespace quiesce::inline v0
