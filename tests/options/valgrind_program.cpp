// Run under valgrind by valgrind_test.cpp. Without processes: valgrind 3.19 does not know the system call pidfd_open.
#include "options/usual_program.hpp"

int main() { return options::usual_program(false) ? 0 : 1; }
