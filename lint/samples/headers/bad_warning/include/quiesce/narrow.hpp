#pragma once

inline int narrow(long wide) { return wide; }
