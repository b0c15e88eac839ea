// TEST(Event, IsNotWritten_A2) in a comment is no test.
TEST(Event, Exists_A1) { log("TEST(Event, IsAString_A2)"); }
TEST(Event, ShowsNoRow) {}
TEST_F(
    Pool, RunsOnce_A1_B2) {}
TEST_P(Names, Each_B2) {}
