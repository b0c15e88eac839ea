/// What std::list lets the C++ library do to its nodes.
#include <list>

#include "told_access.hpp"

namespace std::__detail {

using explore::told_access;

void _List_node_base::_M_hook(_List_node_base* place) noexcept {
  const told_access to{EXPLORE_CALLED_AT};
  _List_node_base* const before = to.get(place->_M_prev);
  to.set(_M_next, place);
  to.set(_M_prev, before);
  to.set(before->_M_next, this);
  to.set(place->_M_prev, this);
}

void _List_node_base::_M_unhook() noexcept {
  const told_access to{EXPLORE_CALLED_AT};
  _List_node_base* const next = to.get(_M_next);
  _List_node_base* const before = to.get(_M_prev);
  to.set(before->_M_next, next);
  to.set(next->_M_prev, before);
}

// Moves the nodes from `first` up to the one before `last` here, before this one.
void _List_node_base::_M_transfer(_List_node_base* first, _List_node_base* last) noexcept {
  if (this == last) return;
  const told_access to{EXPLORE_CALLED_AT};
  _List_node_base* const left_behind = to.get(first->_M_prev);
  _List_node_base* const moved_last = to.get(last->_M_prev);
  _List_node_base* const before = to.get(_M_prev);
  to.set(left_behind->_M_next, last);
  to.set(last->_M_prev, left_behind);
  to.set(before->_M_next, first);
  to.set(first->_M_prev, before);
  to.set(moved_last->_M_next, this);
  to.set(_M_prev, moved_last);
}

void _List_node_base::_M_reverse() noexcept {
  const told_access to{EXPLORE_CALLED_AT};
  _List_node_base* node = this;
  do {
    _List_node_base* const next = to.get(node->_M_next);
    to.set(node->_M_next, to.get(node->_M_prev));
    to.set(node->_M_prev, next);
    node = next;
  } while (node != this);
}

void _List_node_base::swap(_List_node_base& one, _List_node_base& other) noexcept {
  const told_access to{EXPLORE_CALLED_AT};
  const auto take = [&](_List_node_base& by, _List_node_base& of, _List_node_base* first, _List_node_base* last) {
    const bool is_empty = first == &of;
    to.set(by._M_next, is_empty ? &by : first);
    to.set(by._M_prev, is_empty ? &by : last);
    if (is_empty) return;
    to.set(first->_M_prev, &by);
    to.set(last->_M_next, &by);
  };
  _List_node_base* const first_of_one = to.get(one._M_next);
  _List_node_base* const last_of_one = to.get(one._M_prev);
  _List_node_base* const first_of_other = to.get(other._M_next);
  _List_node_base* const last_of_other = to.get(other._M_prev);
  take(one, other, first_of_other, last_of_other);
  take(other, one, first_of_one, last_of_one);
}

}  // namespace std::__detail
