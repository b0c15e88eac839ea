#include "order_set.hpp"

#include <cstdio>

namespace explore {

std::string unseen_mass_text(const order_counts& of) {
  // If each order has come twice, those that have not are at least rarer than one in all these executions.
  const double percent = 100 * (of.once != 0 ? unseen_mass(of) : 1 / static_cast<double>(of.entered + 1));
  if (percent < 0.0095) return "less than 0.01 %";
  char text[32];
  std::snprintf(text, sizeof text, percent < 0.95 ? "%.1g %%" : "%.0f %%", percent);
  return (of.once != 0 ? "about " : "less than ") + std::string(text);
}

}  // namespace explore
