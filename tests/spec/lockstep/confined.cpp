#include "confined.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <sstream>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace spec {

namespace {

using std::chrono::milliseconds;

/// How long this process may take until it restarts the clock; 0: as long as it likes.
milliseconds allowed{0};

int checked(int result, const char* what) {
    if (result == -1) throw std::system_error{errno, std::generic_category(), what};
    return result;
}

/// A file that is gone with this process.
int unnamed_file() {
    return checked(memfd_create("lockstep", 0), "memfd_create");
}

void put_text(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(file, text.data(), text.size());
        if (written <= 0) _exit(EXIT_FAILURE);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string text_in(int file) {
    std::string text(static_cast<std::size_t>(lseek(file, 0, SEEK_END)), '\0');
    const ssize_t got = pread(file, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
}

/// Nothing that one process has still to write may be written by two.
void flush() {
    std::cout.flush();
    std::fflush(nullptr);
}

/// A character that says whether it has returned, and what, or that it has thrown.
std::string answer_of(const std::function<std::string()>& task) {
    try {
        return "=" + task();
    } catch (const std::exception& error) {
        return "!exception: " + std::string{error.what()} + "\n";
    }
}

/// What the new process does.
[[noreturn]] void live(const std::function<std::string()>& task, milliseconds patience,
                       int answer) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL); // not to go on alone
    allowed = patience;
    restart_clock();
    const std::string text = answer_of(task);
    flush();
    put_text(answer, text);
    _exit(EXIT_SUCCESS);
}

/// How a process ended that did not come to its end.
std::string cause_of_death(int status, milliseconds patience) {
    std::ostringstream out;
    if (!WIFSIGNALED(status))
        out << "exit status " << WEXITSTATUS(status);
    else if (WTERMSIG(status) == SIGPROF)
        out << "no end after " << patience.count() << " ms of processor time";
    else
        out << "signal " << WTERMSIG(status) << ": " << strsignal(WTERMSIG(status));
    return out.str() + "\n";
}

} // namespace

Ended confined(const std::function<std::string()>& task, milliseconds patience) {
    flush();
    const int answer = unnamed_file();
    const pid_t child = checked(fork(), "fork");
    if (child == 0) live(task, patience, answer);
    int status = 0;
    while (waitpid(child, &status, 0) == -1 && errno == EINTR) {
    }
    const std::string text = text_in(answer);
    close(answer);
    if (text.empty()) return {false, cause_of_death(status, patience)};
    return {text.front() == '=', text.substr(1)};
}

void restart_clock() {
    const auto count = allowed.count();
    const itimerval limit{{}, {count / 1000, count % 1000 * 1000}};
    setitimer(ITIMER_PROF, &limit, nullptr);
}

Transcript::Transcript() : file_{unnamed_file()} {
    flush();
    output_ = checked(dup(STDOUT_FILENO), "dup");
    error_ = checked(dup(STDERR_FILENO), "dup");
    checked(dup2(file_, STDOUT_FILENO), "dup2");
    checked(dup2(file_, STDERR_FILENO), "dup2");
}

Transcript::~Transcript() {
    flush();
    dup2(output_, STDOUT_FILENO);
    dup2(error_, STDERR_FILENO);
    for (const int file : {file_, output_, error_}) {
        close(file);
    }
}

std::string Transcript::complaint() const {
    std::istringstream written{text_in(file_)};
    std::string found;
    for (std::string line; std::getline(written, line);) {
        const auto has = [&line](const char* word) { return line.find(word) != std::string::npos; };
        const bool says_what =
            found.empty() && (has("ERROR: ") || has(" error: ") || has("Assertion"));
        if (says_what || has("SUMMARY: ")) found += line + "\n";
    }
    return found;
}

} // namespace spec
