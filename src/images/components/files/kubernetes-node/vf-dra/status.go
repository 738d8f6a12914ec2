package main

import (
	"context"
	"slices"
	"time"

	current "github.com/containernetworking/cni/pkg/types/100"
	resource "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

const (
	tries    = 30
	tryEvery = 2 * time.Second
)

// claims is what of the API server the status needs.
type claims interface {
	get(ctx context.Context, claim types.NamespacedName) (*resource.ResourceClaim, error)
	updateStatus(ctx context.Context, claim *resource.ResourceClaim) error
}

type apiClaims struct{ client kubernetes.Interface }

func (a apiClaims) get(ctx context.Context, claim types.NamespacedName) (*resource.ResourceClaim, error) {
	return a.client.ResourceV1().ResourceClaims(claim.Namespace).Get(ctx, claim.Name, metav1.GetOptions{})
}

func (a apiClaims) updateStatus(ctx context.Context, claim *resource.ResourceClaim) error {
	_, err := a.client.ResourceV1().ResourceClaims(claim.Namespace).UpdateStatus(ctx, claim, metav1.UpdateOptions{})
	return err
}

// writeStatus writes which interface a device has become, with its MAC and addresses. It is tried again while the API server is not there
// or someone else has changed the claim; a claim that is gone needs no status.
func writeStatus(ctx context.Context, of claims, pool string, each device, result *current.Result) (err error) {
	for range tries {
		err = tryToWrite(ctx, of, pool, each, result)
		if err == nil || errors.IsNotFound(err) {
			return nil
		}
		pause(ctx, tryEvery)
	}
	return err
}

func tryToWrite(ctx context.Context, of claims, pool string, each device, result *current.Result) error {
	claim, err := of.get(ctx, each.Claim)
	if err != nil {
		return err
	}
	if claim.UID != each.ClaimUID {
		return nil
	}
	claim = claim.DeepCopy()
	claim.Status.Devices = slices.DeleteFunc(claim.Status.Devices, func(other resource.AllocatedDeviceStatus) bool {
		return other.Driver == driverName && other.Pool == pool && other.Device == each.Name
	})
	network := &resource.NetworkDeviceData{
		InterfaceName: result.Interfaces[0].Name, HardwareAddress: result.Interfaces[0].Mac,
	}
	for _, address := range result.IPs {
		network.IPs = append(network.IPs, address.Address.String())
	}
	claim.Status.Devices = append(claim.Status.Devices, resource.AllocatedDeviceStatus{
		Driver: driverName, Pool: pool, Device: each.Name, NetworkData: network,
	})
	return of.updateStatus(ctx, claim)
}
