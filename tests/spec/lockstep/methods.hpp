/// \file
/// The methods that are chosen from. Those of later chapters are added here.
#pragma once

#include "invocation.hpp"
#include "stage.hpp"

#include <string>

namespace spec {

/// A method of the kernel at hand, by number: some stand more than once, and are as much more
/// likely.
Method chosen_method(Word number);

/// How many numbers there are.
Word methods_here();

/// The methods that choose() knows, of the kernel at hand.
std::vector<Method> methods_chosen();

/// What a method is called; its number, if choose() does not know it.
std::string name_of(Method method);

} // namespace spec
