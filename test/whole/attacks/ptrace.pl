# Run by an agent's tool: makes its own CLI print a line that it never said, by ptrace. perl ptrace.pl PID LINE. x86-64 alone.
use strict;
my ($pid, $line) = @ARGV;
my ($ptrace, $peek, $poke, $step, $getregs, $setregs, $attach, $detach) = (101, 1, 4, 9, 12, 13, 16, 17);
sub check { my ($what, $got) = @_; die "\@\@ ptrace = refused $what: $!\n" if $got == -1; return $got; }
check('attach', syscall($ptrace, $attach, $pid + 0, 0, 0));
my $status = pack('i', 0);
syscall(61, $pid + 0, $status, 0x40000000, 0);
my $saved = "\0" x 216;
check('getregs', syscall($ptrace, $getregs, $pid + 0, 0, $saved));
my @regs = unpack('Q27', $saved);
my ($rip, $rsp) = ($regs[16], $regs[19]);
open(my $mem, '+<:raw', "/proc/$pid/mem") or die "\@\@ ptrace = refused mem: $!\n";
sysseek($mem, $rip, 0);
sysread($mem, my $code, 2);
my $at = ($rsp - 65536) & ~0xF;
$line .= "\n";
sysseek($mem, $at, 0);
sysread($mem, my $stack, length $line);
sysseek($mem, $at, 0);
syswrite($mem, $line) == length $line or die "\@\@ ptrace = refused write: $!\n";
sysseek($mem, $rip, 0);
syswrite($mem, "\x0f\x05");
my @new = @regs;
# rax, rdi, rsi, rdx; orig_rax -1, so that no interrupted call is begun again before ours.
($new[10], $new[14], $new[13], $new[12], $new[15]) = (1, 1, $at, length $line, 0xFFFFFFFFFFFFFFFF);
check('setregs', syscall($ptrace, $setregs, $pid + 0, 0, pack('Q27', @new)));
check('step', syscall($ptrace, $step, $pid + 0, 0, 0));
syscall(61, $pid + 0, $status, 0x40000000, 0);
my $after = "\0" x 216;
syscall($ptrace, $getregs, $pid + 0, 0, $after);
my $wrote = (unpack('q27', $after))[10];
sysseek($mem, $rip, 0);
syswrite($mem, $code);
sysseek($mem, $at, 0);
syswrite($mem, $stack);
check('setregs back', syscall($ptrace, $setregs, $pid + 0, 0, $saved));
syscall($ptrace, $detach, $pid + 0, 0, 0);
print "\@\@ ptrace = done wrote $wrote of " . length($line) . "\n";
