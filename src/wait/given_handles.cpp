#include "wait/given_handles.hpp"

#include "base/contract.hpp"
#include "wait/claim_word.hpp"

namespace quiesce::inline v0 {

void check_given(handles objects, const std::source_location& where) {
  if (objects.empty()) base::misuse("a wait was given no handle", {}, where);
  if (objects.size() > claim_word::most_handles) base::misuse("a wait was given more than 2^29 handles", {}, where);
  bool has_null = false;
  for (const handle_ref object : objects) has_null |= object.object() == nullptr;  // no branch for each
  if (has_null) base::misuse("a wait was given a null handle", {}, where);
}

void refuse_too_often(waitable& object, const std::source_location& where) {
  base::misuse("a mutex was locked by its owner more than 524287 times", object.name(), where);
}

}  // namespace quiesce::inline v0
