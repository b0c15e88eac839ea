const char* name_of(verdict kind) {
  switch (kind) {
    case verdict::passed: return "passed";
    case verdict::data_race: return "data race";
    case verdict::lost_wake_up: return "lost wake-up";
    case verdict::leak: return "leak";
  }
}
