/// What std::map and std::set let the C++ library do to their nodes: a red-black tree, as in any textbook. The header is the parent
/// of the root, and knows the first and the last node; only its colour tells it from a root, as that is never red.
#include <bits/stl_tree.h>

#include "told_access.hpp"

namespace explore {
namespace {

using tree_node = std::_Rb_tree_node_base;
using side = tree_node* tree_node::*;

constexpr side left = &tree_node::_M_left;
constexpr side right = &tree_node::_M_right;

class tree {
 public:
  tree(tree_node& header, std::uintptr_t pc) noexcept : header_(header), to_(pc) {}

  void insert(bool at_left, tree_node* made, tree_node* parent) noexcept {
    to_.set(made->_M_parent, parent);
    to_.set(made->_M_left, nullptr);
    to_.set(made->_M_right, nullptr);
    to_.set(made->_M_color, std::_S_red);
    if (parent == &header_) {
      to_.set(header_._M_parent, made);
      to_.set(header_._M_left, made);
      to_.set(header_._M_right, made);
    } else {
      const side here = at_left ? left : right;
      to_.set(parent->*here, made);
      if (to_.get(header_.*here) == parent) to_.set(header_.*here, made);
    }
    rebalance_after_insertion(made);
  }

  void erase(tree_node* out) noexcept {
    tree_node* next = out;  // what is taken out of its place
    if (to_.get(out->_M_left) != nullptr && to_.get(out->_M_right) != nullptr) next = end_of(out->_M_right, left);
    tree_node* const child = to_.get(next->_M_left) != nullptr ? next->_M_left : to_.get(next->_M_right);
    tree_node* parent = to_.get(next->_M_parent);
    const auto lost = to_.get(next->_M_color);

    if (next == out) {
      for (const side each : {left, right}) {
        if (to_.get(header_.*each) != out) continue;
        to_.set(header_.*each, child != nullptr ? end_of(child, each) : parent);
      }
      replace(out, child);
      if (child != nullptr) to_.set(child->_M_parent, parent);
    } else {
      if (parent == out) {
        parent = next;
      } else {
        to_.set(parent->_M_left, child);
        if (child != nullptr) to_.set(child->_M_parent, parent);
        to_.set(next->_M_right, to_.get(out->_M_right));
        to_.set(out->_M_right->_M_parent, next);
      }
      to_.set(next->_M_left, to_.get(out->_M_left));
      to_.set(out->_M_left->_M_parent, next);
      replace(out, next);
      to_.set(next->_M_parent, to_.get(out->_M_parent));
      to_.set(next->_M_color, to_.get(out->_M_color));
    }
    if (lost == std::_S_black) rebalance_after_erasure(child, parent);
  }

 private:
  bool is_red(const tree_node* node) const noexcept {
    return node != nullptr && to_.get(node->_M_color) == std::_S_red;
  }
  static side opposite(side of) noexcept { return of == left ? right : left; }

  tree_node* end_of(tree_node* node, side at) const noexcept {
    while (tree_node* const further = to_.get(node->*at)) node = further;
    return node;
  }

  // What led to `old` leads to `made`.
  void replace(tree_node* old, tree_node* made) noexcept {
    tree_node* const parent = to_.get(old->_M_parent);
    if (parent == &header_) {
      to_.set(header_._M_parent, made);
    } else {
      to_.set(to_.get(parent->_M_left) == old ? parent->_M_left : parent->_M_right, made);
    }
  }

  // `top` goes down to the side `down`, and its other child takes its place.
  void rotate(tree_node* top, side down) noexcept {
    const side up = opposite(down);
    tree_node* const rises = to_.get(top->*up);
    tree_node* const between = to_.get(rises->*down);
    to_.set(top->*up, between);
    if (between != nullptr) to_.set(between->_M_parent, top);
    replace(top, rises);
    to_.set(rises->_M_parent, to_.get(top->_M_parent));
    to_.set(rises->*down, top);
    to_.set(top->_M_parent, rises);
  }

  void rebalance_after_insertion(tree_node* node) noexcept {
    while (node != to_.get(header_._M_parent) && is_red(to_.get(node->_M_parent))) {
      tree_node* parent = node->_M_parent;
      tree_node* const above = to_.get(parent->_M_parent);
      const side near = to_.get(above->_M_left) == parent ? left : right;
      tree_node* const uncle = to_.get(above->*opposite(near));
      to_.set(above->_M_color, std::_S_red);
      if (is_red(uncle)) {
        to_.set(parent->_M_color, std::_S_black);
        to_.set(uncle->_M_color, std::_S_black);
        node = above;
        continue;
      }
      if (to_.get(parent->*near) != node) {
        rotate(parent, near);
        parent = node;
      }
      to_.set(parent->_M_color, std::_S_black);
      rotate(above, opposite(near));
      break;
    }
    to_.set(header_._M_parent->_M_color, std::_S_black);
  }

  // The ways through `node`, which may be none, a child of `parent`, have one black node too few.
  void rebalance_after_erasure(tree_node* node, tree_node* parent) noexcept {
    while (node != to_.get(header_._M_parent) && !is_red(node)) {
      const side near = to_.get(parent->_M_left) == node ? left : right;
      const side far = opposite(near);
      tree_node* sibling = to_.get(parent->*far);
      if (is_red(sibling)) {
        to_.set(sibling->_M_color, std::_S_black);
        to_.set(parent->_M_color, std::_S_red);
        rotate(parent, near);
        sibling = to_.get(parent->*far);
      }
      if (!is_red(to_.get(sibling->_M_left)) && !is_red(to_.get(sibling->_M_right))) {
        to_.set(sibling->_M_color, std::_S_red);
        node = parent;
        parent = to_.get(node->_M_parent);
        continue;
      }
      if (!is_red(sibling->*far)) {
        to_.set((sibling->*near)->_M_color, std::_S_black);
        to_.set(sibling->_M_color, std::_S_red);
        rotate(sibling, far);
        sibling = to_.get(parent->*far);
      }
      to_.set(sibling->_M_color, to_.get(parent->_M_color));
      to_.set(parent->_M_color, std::_S_black);
      to_.set((sibling->*far)->_M_color, std::_S_black);
      rotate(parent, near);
      break;
    }
    if (node != nullptr) to_.set(node->_M_color, std::_S_black);
  }

  tree_node& header_;
  told_access to_;
};

// The next node in order: once to `that_way`, then to the other side as far as it goes, or up.
tree_node* step(const tree_node* from, side that_way, std::uintptr_t pc) noexcept {
  const told_access to{pc};
  const side back = that_way == left ? right : left;
  auto* node = const_cast<tree_node*>(from);
  if (tree_node* below = to.get(node->*that_way)) {
    while (tree_node* const further = to.get(below->*back)) below = further;
    return below;
  }
  tree_node* up = to.get(node->_M_parent);
  while (node == to.get(up->*that_way)) {
    node = up;
    up = to.get(up->_M_parent);
  }
  // From a root that has nothing on that side, the header was reached already.
  return to.get(node->*that_way) != up ? up : node;
}

tree_node* step_back(const tree_node* from, std::uintptr_t pc) noexcept {
  const told_access to{pc};
  const bool is_header = to.get(from->_M_color) == std::_S_red && to.get(to.get(from->_M_parent)->_M_parent) == from;
  return is_header ? to.get(from->_M_right) : step(from, left, pc);
}

}  // namespace
}  // namespace explore

namespace std {

using namespace explore;

void _Rb_tree_insert_and_rebalance(const bool at_left, _Rb_tree_node_base* made, _Rb_tree_node_base* parent,
                                   _Rb_tree_node_base& header) noexcept {
  tree{header, EXPLORE_CALLED_AT}.insert(at_left, made, parent);
}

_Rb_tree_node_base* _Rb_tree_rebalance_for_erase(_Rb_tree_node_base* const out, _Rb_tree_node_base& header) noexcept {
  tree{header, EXPLORE_CALLED_AT}.erase(out);
  return out;
}

_Rb_tree_node_base* _Rb_tree_increment(_Rb_tree_node_base* node) noexcept {
  return step(node, explore::right, EXPLORE_CALLED_AT);
}

const _Rb_tree_node_base* _Rb_tree_increment(const _Rb_tree_node_base* node) noexcept {
  return step(node, explore::right, EXPLORE_CALLED_AT);
}

_Rb_tree_node_base* _Rb_tree_decrement(_Rb_tree_node_base* node) noexcept { return step_back(node, EXPLORE_CALLED_AT); }

const _Rb_tree_node_base* _Rb_tree_decrement(const _Rb_tree_node_base* node) noexcept {
  return step_back(node, EXPLORE_CALLED_AT);
}

}  // namespace std
