/// \file
/// The main function of the unit tests when `./tessera mutate` runs them: it is told on standard
/// input which tests to run with which mutant, runs them in a process of their own, and answers.
///
///     record                      test NAME MICROSECONDS NUMBER…   (a line for each test,
///                                 broken NAME                      before it one if it failed)
///                                 end STATUS TEST                  (the last one)
///     run NUMBER SECONDS FILTER   survived TEST | failed TEST | crashed TEST | slow TEST | greedy
///     TEST
///
/// Starting the sanitizers takes longer than most tests do, so they are started once.
#include "switch.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mutation {

unsigned chosen = 0;
std::array<unsigned char, most + 1> before_main;
unsigned char* reached = before_main.data();

namespace {

/// In bytes; the tests need a tenth of it.
constexpr std::size_t most_memory = 1U << 30;

/// What the process that runs tests leaves to the one that started it.
struct Shared {
    std::array<unsigned char, most + 1> reached;
    std::array<char, 512> test; ///< the test that is running, or that failed
};

Shared* shared;
std::FILE* answers;

/// Processor time of this process and of those that it has waited for, in seconds.
double processor_time() {
    rusage own{};
    rusage children{};
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(own.ru_utime) + seconds(own.ru_stime) + seconds(children.ru_utime) +
           seconds(children.ru_stime);
}

/// Keeps the name of the running test; says, when recording, what it came by.
class Listener : public testing::EmptyTestEventListener {
  public:
    explicit Listener(bool recording) : recording_{recording} {}

    void OnTestStart(const testing::TestInfo& test) override {
        if (!recording_ && testing::UnitTest::GetInstance()->Failed()) return; // it is skipped
        name_ = std::string{test.test_suite_name()} + "." + test.name();
        std::strncpy(shared->test.data(), name_.c_str(), shared->test.size() - 1);
        shared->reached.fill(0);
        start_ = processor_time();
    }

    void OnTestEnd(const testing::TestInfo& test) override {
        if (!recording_) return;
        if (test.result()->Failed()) std::fprintf(answers, "broken %s\n", name_.c_str());
        const double taken = processor_time() - start_;
        std::fprintf(answers, "test %s %.0f", name_.c_str(), 1e6 * taken);
        for (unsigned number = 1; number <= most; ++number)
            if (shared->reached[number] != 0) std::fprintf(answers, " %u", number);
        std::fprintf(answers, "\n");
        std::fflush(answers); // the next test may end this process
    }

  private:
    bool recording_;
    std::string name_;
    double start_ = 0;
};

/// Ends this process, and those that its death tests start, when a mutant makes it run for ever.
void limit_to(double seconds) {
    const double whole = std::floor(seconds);
    itimerval timer{};
    timer.it_value.tv_sec = static_cast<time_t>(whole);
    timer.it_value.tv_usec = static_cast<suseconds_t>(1e6 * (seconds - whole)) + 1;
    setitimer(ITIMER_PROF, &timer, nullptr);
    const auto most_seconds = static_cast<rlim_t>(whole) + 2;
    const rlimit limit{most_seconds, most_seconds + 1};
    setrlimit(RLIMIT_CPU, &limit);
    alarm(static_cast<unsigned>(10 * whole) + 30); // for those who wait without working
}

/// How much memory a process has, in bytes. (The sanitizers reserve so much more that the system's
/// own limit is of no use.)
std::size_t memory_of(pid_t process) {
    std::ifstream file{"/proc/" + std::to_string(process) + "/statm"};
    std::size_t reserved = 0;
    std::size_t resident = 0;
    file >> reserved >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// The signal that says that a child has ended.
sigset_t child_signal() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    return set;
}

/// Waits for a process, and ends it when a mutant makes it take all the memory that there is.
int wait_for(pid_t process) {
    const sigset_t child_ended = child_signal();
    const timespec moment{0, 20'000'000};
    int status = 0;
    while (waitpid(process, &status, WNOHANG) == 0) {
        if (memory_of(process) > most_memory) kill(process, SIGKILL);
        sigtimedwait(&child_ended, nullptr, &moment);
    }
    return status;
}

/// Runs tests in a process of its own; returns how that ended. No limit: recording.
int run_tests(const std::string& filter, double seconds) {
    const pid_t child = fork();
    if (child == 0) {
        const sigset_t child_ended = child_signal();
        sigprocmask(SIG_UNBLOCK, &child_ended, nullptr);
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (seconds > 0) limit_to(seconds);
        GTEST_FLAG_SET(filter, filter);
        GTEST_FLAG_SET(fail_fast, seconds > 0);
        testing::UnitTest::GetInstance()->listeners().Append(new Listener{seconds <= 0});
        _exit(RUN_ALL_TESTS());
    }
    const int status = wait_for(child);
    kill(-child, SIGKILL); // what its death tests have left
    return status;
}

const char* verdict(int status) {
    if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? "survived" : "failed";
    const int signal = WTERMSIG(status);
    const bool late = signal == SIGPROF || signal == SIGXCPU || signal == SIGALRM;
    return late ? "slow" : signal == SIGKILL ? "greedy" : "crashed";
}

/// Carries out one line of standard input.
void obey(const std::string& line) {
    std::istringstream words{line};
    std::string command;
    std::string filter;
    double seconds = 0;
    words >> command;
    if (command == "record") {
        const char* const ended = verdict(run_tests("*", 0));
        std::fprintf(answers, "end %s %s\n", ended, shared->test.data());
    } else {
        words >> chosen >> seconds >> filter;
        const char* const ended = verdict(run_tests(filter, seconds));
        std::fprintf(answers, "%s %s\n", ended, shared->test.data());
        chosen = 0;
    }
    std::fflush(answers);
}

} // namespace

} // namespace mutation

int main(int count, char** words) {
    using namespace mutation;
    const sigset_t child_ended = child_signal();
    sigprocmask(SIG_BLOCK, &child_ended, nullptr); // wait_for() asks for it
    testing::InitGoogleTest(&count, words);
    void* const memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    shared = new (memory) Shared{};
    reached = shared->reached.data();
    answers = fdopen(dup(STDOUT_FILENO), "w");
    dup2(STDERR_FILENO, STDOUT_FILENO);
    for (std::string line; std::getline(std::cin, line);)
        obey(line);
    return 0;
}
