// Compiled without the explorer's hooks: looking whether a mutant is awake is no step of the program.
#include "mutant.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

namespace {

constexpr unsigned most = 4096;

unsigned awake = 0;
unsigned char* met = nullptr;  // a byte for each mutant, in a file: processes that explore share it

__attribute__((constructor)) void begin() {
  if (const char* const number = std::getenv("QUIESCE_MUTANT")) awake = static_cast<unsigned>(std::atoi(number));
  const char* const name = std::getenv("QUIESCE_MUTANTS_MET");
  if (name == nullptr) return;
  const int file = ::open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ::ftruncate(file, most) != 0) std::abort();
  void* const there = ::mmap(nullptr, most, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (there == MAP_FAILED) std::abort();
  ::close(file);
  met = static_cast<unsigned char*>(there);
}

}  // namespace

bool mutant_is_on(unsigned number) noexcept {
  if (met != nullptr) met[number] = 1;
  return number == awake;
}
