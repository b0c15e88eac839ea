#include "quiesce/handle.hpp"

#include "base/contract.hpp"

namespace quiesce::inline v0 {

void handle::set_name(std::string_view name, std::source_location where) {
  if (object_ == nullptr) base::misuse("a null handle was given a name", {}, where);
  object_->set_name(name);
}

void handle::refuse_null(const std::source_location& where) noexcept {
  base::fatal_misuse("a null handle was used", {}, where);
}

void handle::refuse_null_throwing(const std::source_location& where) {
  base::misuse("a null handle was used", {}, where);
}

}  // namespace quiesce::inline v0
