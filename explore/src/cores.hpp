/// How many cores this process may use.
#pragma once

namespace explore {

/// By its affinity, and by the quotas of the control groups that it is in. At least 1.
unsigned cores() noexcept;

}  // namespace explore
