#include "quiesce/handle.hpp"

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>

#include "quiesce/auto_reset_event.hpp"
#include "quiesce/manual_reset_event.hpp"
#include "quiesce/wait.hpp"

namespace {

namespace q = quiesce;

static_assert(!std::is_copy_constructible_v<q::handle> && !std::is_copy_assignable_v<q::handle>);
static_assert(!std::is_copy_constructible_v<q::auto_reset_event> && !std::is_copy_assignable_v<q::manual_reset_event>);
static_assert(std::is_nothrow_move_constructible_v<q::auto_reset_event>);
static_assert(std::is_nothrow_move_assignable_v<q::manual_reset_event>);

TEST(Handle, IsNullByDefaultAndAfterAMove) {
  q::handle nothing;
  EXPECT_FALSE(nothing);
  EXPECT_EQ(q::handle_ref(nothing).object(), nullptr);
  q::auto_reset_event event(true);
  q::auto_reset_event moved = std::move(event);
  EXPECT_FALSE(event);  // NOLINT: a moved-from handle is null, which is what is tested
  EXPECT_TRUE(moved);
  EXPECT_TRUE(q::try_wait(moved));
}

TEST(Handle, ADuplicateOfANullHandleIsNull) { EXPECT_FALSE(q::handle().duplicate()); }

TEST(Handle, ADuplicateStandsForTheSameObject_A4) {
  q::manual_reset_event event;
  const q::handle plain = static_cast<const q::handle&>(event).duplicate();
  EXPECT_EQ(q::handle_ref(plain).object(), q::handle_ref(event).object());
  event.set();
  EXPECT_TRUE(q::try_wait(plain));
}

TEST(Handle, AssigningClosesWhatItHeldAndKeepsWhatItWasGiven_A4) {
  q::auto_reset_event first(true), second;
  q::auto_reset_event kept = first.duplicate();
  first = std::move(second);
  EXPECT_FALSE(q::try_wait(first));
  EXPECT_TRUE(q::try_wait(kept));
  q::auto_reset_event& same = first;
  first = std::move(same);
  EXPECT_TRUE(first) << "assigned to itself";
}

TEST(Handle, ANameBelongsToTheObjectAndAllItsHandles) {
  q::auto_reset_event event;
  const q::auto_reset_event other = event.duplicate();
  EXPECT_EQ(q::handle_ref(event).object()->name(), "");
  event.set_name("ready");
  EXPECT_EQ(q::handle_ref(other).object()->name(), "ready");
  event.set_name("a name that is too long to be kept inside of a std::string");
  EXPECT_EQ(q::handle_ref(other).object()->name(), "a name that is too long to be kept inside of a std::string");
}

}  // namespace
