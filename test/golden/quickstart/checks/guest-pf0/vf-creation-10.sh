#!/bin/sh
# Not every script uses the whole library. dash, bash and busybox all support -ef.
# shellcheck disable=SC2317,SC2034,SC3013
# vf-creation: the PF creates the VFs that the lab defines, with their identities, and removes them. Runs in the guest.
set -u
# lib/tap.sh stands here.

# lib/vf.sh stands here.

cycles=10
offered=3

# The BDF, driver and MAC of each VF that exists, as in the lab if each VF has exactly one netdev.
identities() {
    for vf_bdf in $(present_vfs); do
        vf_driver=$driver
        has_driver "$vf_bdf" "$driver" || vf_driver=$(driver_of "$vf_bdf")
        vf_identities=''
        for device in $(devices_of "$vf_bdf"); do
            vf_identities="$vf_identities $(identity_of "$device")"
        done
        echo "$vf_bdf $vf_driver$vf_identities"
    done
}

driver=virtio-pci
# The BDF and MAC of each VF in the lab's definition.
vf_table=$(cat <<'END'
0000:01:00.1 52:54:00:5c:e3:74
0000:01:00.2 52:54:00:b0:4c:39
0000:01:00.3 52:54:00:51:54:fd
END
)
wanted=$(echo "$vf_table" | sort | while read -r bdf identity; do
    echo "$bdf $driver $identity"
done)

if [ ! -d "$pf" ]; then
    not_ok "the PF is at $pf_bdf" "found: $(ls $pci)"
    finish
fi
ok "the PF is at $pf_bdf"
is "the PF offers $offered VFs" "$(cat "$pf/sriov_totalvfs" 2>&1)" "$offered"

take_functions_back
no_vfs_yet
devices_at_first=$(all_devices)
is "before: no VF exists" "$(present_vfs)" ''
is "$((offered + 1)) VFs, one too many, are refused" "$(write_numvfs $((offered + 1)))" 'Numerical result out of range'
is "after the refusal: no VF exists" "$(present_vfs)" ''

begin=$(now_ms)
is "$total VFs are created" "$(make_vfs)" ''
echo "# from the write to the last netdev: $(($(now_ms) - begin)) ms"
is 'each VF is at its BDF, with its driver, one netdev and the lab'\''s MAC' "$(identities)" "$wanted"
first_devices=$(all_devices)
if [ "$total" -gt 1 ]; then
    is "another number is refused while VFs exist" "$(write_numvfs $((total - 1)))" 'Device or resource busy'
    is "after the refusal: the VFs are as before" "$(identities)" "$wanted"
fi
is "writing 0 removes the VFs" "$(write_numvfs 0)" ''
is "no VF is left" "$(present_vfs)" ''
is 'no netdev of a VF is left' "$(all_devices)" "$devices_at_first"

# That was the first cycle, and the others must be like it. If it failed, they would only take time.
[ "$failed" = 0 ] || finish
same=1
slowest=0
cycle=2
while [ "$cycle" -le "$cycles" ]; do
    begin=$(now_ms)
    refused=$(make_vfs)
    took=$(($(now_ms) - begin))
    [ "$took" -le "$slowest" ] || slowest=$took
    if [ -z "$refused" ] && [ "$(identities)" = "$wanted" ] && [ "$(all_devices)" = "$first_devices" ]; then
        same=$((same + 1))
    else
        echo "# cycle $cycle: $refused"
        identities | sed 's/^/# /'
    fi
    write_numvfs 0 | sed 's/^/# removal refused: /'
    [ -z "$(present_vfs)" ] || echo "# cycle $cycle: VFs are left"
    cycle=$((cycle + 1))
done
is "in each of $cycles cycles: the same identities" "$same" "$cycles"
is "after the cycles: no VF is left" "$(present_vfs)" ''
echo "# slowest of the other cycles, from the write to the last netdev: $slowest ms"

finish
