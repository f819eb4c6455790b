// A program for process handlers to run: does one thing, as its first argument says. No Qt, so that it starts
// quickly.
#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

extern char **environ;

namespace {

std::string readAll()
{
    std::string text;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = read(0, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<size_t>(got));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

int echo()
{
    std::cout << "{\"result\": " << readAll() << "}\n";
    return 0;
}

int look() // what is around it
{
    std::string fds;
    DIR *folder = opendir("/proc/self/fd");
    while (const dirent *entry = readdir(folder))
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder))
            fds += std::string(entry->d_name) + ' ';
    closedir(folder);
    std::string names;
    for (char **variable = environ; *variable; ++variable)
        names += std::string(*variable, strcspn(*variable, "=")) + ' ';
    char cwd[4096] = "";
    if (!getcwd(cwd, sizeof cwd)) return 1;
    std::cout << "{\"result\": {\"fds\": \"" << fds
              << "\", \"leads\": " << (getpgrp() == getpid() && getsid(0) == getpid() ? "true" : "false")
              << ", \"environment\": \"" << names << "\", \"folder\": \"" << cwd << "\"}}\n";
    return 0;
}

[[noreturn]] void waitForEver()
{
    while (true) pause();
}

int leaveGrandchild(bool ownSession) // that holds our standard output and error
{
    // Answers only when the child has left the group: until then it would be ended with it.
    int left[2];
    if (pipe(left) != 0) return 1;
    const pid_t child = fork();
    if (child == 0) {
        if (ownSession) setsid();
        close(left[0]);
        close(left[1]);
        waitForEver();
    }
    close(left[1]);
    char none = 0;
    if (read(left[0], &none, 1) != 0) return 1; // the end: it has closed its side
    std::cout << "{\"result\": " << child << "}\n";
    return 0;
}

int linger(bool heedsTerm) // with a child in the group, until somebody ends it
{
    if (!heedsTerm) signal(SIGTERM, SIG_IGN);
    const pid_t child = fork();
    if (child == 0) waitForEver();
    std::cout << "{\"log\": \"pids " << getpid() << ' ' << child << "\"}" << std::endl;
    waitForEver();
}

int speak()
{
    std::cout << "plain line\n"
              << "{\"log\": \"a log line\"}\n"
              << "{\"progress\": 3, \"total\": 4, \"message\": \"three\", \"metadata\": {\"k\": [1]}}\n"
              << "{\"progress\": \"three\"}\n"
              << "{\"unknown\": 1}\n"
              << "{broken\n"
              << "{\"result\": 1}\n"
              << "{\"result\": {\"last\": 9007199254740993}}" << std::flush; // no line end
    return 0;
}

int traceback()
{
    std::cerr
        << "Traceback (most recent call last):\n  File \"job.py\", line 7, in run\nValueError: no such row\n";
    return 1;
}

int shout() // three megabytes in one line, and then an end
{
    const std::string part(65536, 'x');
    for (int i = 0; i < 48; ++i) std::cout << part;
    std::cerr << part << part << "\nthe end\n";
    std::cout << "\n{\"result\": \"heard\"}\n";
    return 0;
}

int burn()
{
    volatile unsigned long n = 0;
    while (true) n = n + 1;
}

[[noreturn]] void crash()
{
    signal(SIGSEGV, SIG_DFL); // a sanitizer would catch it
    raise(SIGSEGV);
    abort();
}

int serve() // persistent: one answer a line
{
    std::string line;
    for (int n = 1; std::getline(std::cin, line); ++n) {
        if (line.find("\"die\"") != std::string::npos) crash();
        if (line.find("\"hang\"") != std::string::npos) {
            std::cout << "{\"log\": \"hanging\"}" << std::endl;
            waitForEver();
        }
        if (line.find("\"fail\"") != std::string::npos) {
            std::cout << "{\"error\": \"refused\", \"permanent\": true}" << std::endl;
            continue;
        }
        if (line.find("\"nan\"") != std::string::npos) {
            std::cout << "{\"result\": NaN}" << std::endl;
            continue;
        }
        std::cout << "{\"log\": \"job " << n << "\"}\n{\"result\": {\"pid\": " << getpid() << ", \"n\": " << n
                  << "}}\n"
                  << "said too late" << std::endl;
    }
    return 0;
}

void writeOut(const std::string &text)
{
    if (write(1, text.data(), text.size()) != static_cast<ssize_t>(text.size())) abort();
}

std::string pidResult()
{
    return "{\"result\": {\"pid\": " + std::to_string(getpid()) + "}";
}

int answerEarly(size_t bytes) // persistent: reads only so much of what it is given, and answers
{
    std::string text(bytes, ' ');
    while (read(0, text.data(), text.size()) > 0) writeOut(pidResult() + "}\n");
    return 0;
}

/// Persistent: says this, too, after its first answer was read, and then makes a file to show that it did.
int sayMore(const std::string &more, const char *file)
{
    std::string line;
    for (int n = 1; std::getline(std::cin, line); ++n) {
        writeOut(pidResult() + "}\n");
        if (n > 1) continue;
        for (int unread = 1; unread > 0;)
            if (ioctl(1, FIONREAD, &unread) != 0) return 1;
        writeOut(more);
        fclose(fopen(file, "w"));
    }
    return 0;
}

std::string idIn(const std::string &line) // as it is written there, with its quotes
{
    const size_t begin = line.find("\"id\":") + 5;
    return line.substr(begin, line.find(',', begin) - begin);
}

int answerLate() // persistent: the first job's answer a second time when the second job is there
{
    std::string line, first;
    while (std::getline(std::cin, line)) {
        const std::string answer = pidResult() + ", \"id\": " + idIn(line) + "}\n";
        writeOut(first + answer);
        if (first.empty()) first = answer;
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "echo") return echo();
    if (what == "look") return look();
    if (what == "grandchild") return leaveGrandchild(true);
    if (what == "groupchild") return leaveGrandchild(false);
    if (what == "linger") return linger(true);
    if (what == "ignore-term") return linger(false);
    if (what == "speak") return speak();
    if (what == "traceback") return traceback();
    if (what == "shout") return shout();
    if (what == "burn") return burn();
    if (what == "serve") return serve();
    if (what == "early") return answerEarly(strtoul(argv[2], nullptr, 10));
    if (what == "more") return sayMore(argv[2], argv[3]);
    if (what == "late") return answerLate();
    if (what == "segv") crash();
    if (what == "exit") return atoi(argv[2]);
    if (what == "nan") std::cout << "{\"result\": NaN}\n";
    if (what == "error") std::cout << "{\"error\": \"no such account\", \"permanent\": true}\n";
    if (what == "arguments")
        for (int i = 2; i < argc; ++i) std::cout << "{\"log\": \"" << argv[i] << "\"}\n";
    return 0;
}
